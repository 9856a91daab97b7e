import { stampOf } from "../../execute/repair/fetch-records.ts";
import { documentId } from "../../routing/payload/identify.ts";
import { RESERVED_SHARD, RESERVED_VERSION } from "../../routing/reserved.ts";
import { decodeStamp } from "../../routing/stamp.ts";
import { fetchPatiently } from "./fetch-patiently.ts";
import { Findings, type HiddenDocuments, type IndexReport } from "./index-report.ts";
import { judgeCopies } from "./judge-copies.ts";
import { mergeStamps, type StampedCopies } from "./merge-stamps.ts";
import { readCopies } from "./read-copies.ts";
import { ReplicaCursor } from "./replica-cursor.ts";
import { type ConfirmedDifference, Suspects } from "./suspects.ts";
import { ownersOf, shardOfId, type VerifyContext } from "./verify-context.ts";

/** How far the verification of an index is. */
export interface VerifyProgress {
  readonly index: string;
  /** Copies read, and copies to read. */
  readonly read: number;
  readonly total: number;
  /** Whether differences are looked at a second time, which waits for writes to settle. */
  readonly isSettling: boolean;
}

/** Who is told what, while an index is verified. */
export interface VerifyListeners {
  progress(progress: VerifyProgress): void;
  /** Awaited before the verification goes on. */
  confirmed(differences: readonly ConfirmedDifference[]): Promise<void>;
}

/** Documents that are suspected before they are looked at. */
const MOST_SUSPECTS = 20_000;

/** Documents whose contents are read together. */
const CONTENTS = 1000;

/** Compares the copies of every document of one index. */
export class IndexVerification {
  readonly #context: VerifyContext;
  readonly #listeners: VerifyListeners;
  readonly #findings = new Findings();
  /** Documents whose stamp does not imply their content, by their stamp. */
  readonly #derived = new Map<string, string>();
  /** Owners by shard. */
  readonly #owners: readonly ReadonlySet<string>[];

  constructor(context: VerifyContext, listeners: VerifyListeners) {
    this.#context = context;
    this.#listeners = listeners;
    this.#owners = Array.from(
      { length: context.topology.shards },
      (_, shard) => new Set(ownersOf(context, shard).map(({ id }) => id)),
    );
  }

  /** Answers what is wrong, without the nodes that were not asked. */
  async run(): Promise<Omit<IndexReport, "absent">> {
    const { nodes, row } = this.#context;
    const bound = await this.#highestStamp();
    const suspects = new Suspects(this.#context, this.#findings, bound);
    const filter = `${RESERVED_SHARD} EXISTS AND ${RESERVED_VERSION} <= "${bound}"`; // answers leave out all others as well
    const cursors = bound === "" ? [] : nodes.map((node) => new ReplicaCursor(this.#context, node, filter));
    for await (const group of mergeStamps(cursors)) {
      this.#compare(group, suspects);
      if (this.#derived.size >= CONTENTS) await this.#compareContents(suspects);
      if (suspects.size >= MOST_SUSPECTS) await this.#confirm(suspects, cursors);
      else this.#tell(cursors, false);
    }
    await this.#compareContents(suspects);
    await this.#confirm(suspects, cursors);
    const { shards, strays, owed, unsettled } = this.#findings;
    const copies = cursors.reduce((sum, { read }) => sum + read, 0);
    return { uid: row.uid, copies, shards, owed, unsettled, strays, untagged: await this.#untagged() };
  }

  /** Where the walk ends: without an end it would follow writers for ever. By no clock, since writers have their own. */
  async #highestStamp(): Promise<string> {
    const body = { filter: `${RESERVED_VERSION} EXISTS`, sort: [`${RESERVED_VERSION}:desc`], limit: 1 };
    const stamps = await Promise.all(
      this.#context.nodes.map(async (node) => {
        const { records } = await fetchPatiently(this.#context, node, { ...body, fields: [RESERVED_VERSION] });
        return stampOf(records[0]);
      }),
    );
    return stamps.sort().at(-1) ?? "";
  }

  #compare({ stamp, copies }: StampedCopies, suspects: Suspects): void {
    const isDerived = !this.#context.byContent && decodeStamp(stamp).derived;
    for (const [id, hashes] of copies) {
      const owners = this.#owners[shardOfId(this.#context, id)] ?? new Set();
      let held = 0;
      for (const node of hashes.keys()) {
        if (owners.has(node)) held += 1;
        else this.#findings.stray(node, id);
      }
      if (held === 0) continue;
      if (held < owners.size || new Set(hashes.values()).size > 1) suspects.add(id, stamp);
      else if (isDerived && owners.size > 1) this.#derived.set(id, stamp);
    }
  }

  async #compareContents(suspects: Suspects): Promise<void> {
    const contents = await readCopies(this.#context, [...this.#derived.keys()]);
    for (const [id, copies] of contents) {
      const owners = [...(this.#owners[shardOfId(this.#context, id)] ?? [])];
      const stamp = this.#derived.get(id) ?? "";
      if (judgeCopies(owners, copies) !== undefined) suspects.add(id, stamp);
    }
    this.#derived.clear();
  }

  async #confirm(suspects: Suspects, cursors: readonly ReplicaCursor[]): Promise<void> {
    this.#tell(cursors, suspects.size > 0);
    const confirmed = await suspects.confirm();
    if (confirmed.length > 0) await this.#listeners.confirmed(confirmed);
  }

  #tell(cursors: readonly ReplicaCursor[], isSettling: boolean): void {
    const sum = (count: (cursor: ReplicaCursor) => number) => cursors.reduce((all, cursor) => all + count(cursor), 0);
    const [read, total] = [sum((cursor) => cursor.read), sum((cursor) => cursor.total)];
    this.#listeners.progress({ index: this.#context.row.uid, read, total, isSettling });
  }

  async #untagged(): Promise<HiddenDocuments[]> {
    const { nodes, primaryKey } = this.#context;
    const filter = `${RESERVED_VERSION} NOT EXISTS OR ${RESERVED_SHARD} NOT EXISTS`;
    const found = await Promise.all(
      nodes.map(async (node) => {
        const body = { filter, fields: [primaryKey], limit: 5 };
        const { records, total } = await fetchPatiently(this.#context, node, body);
        return { node: node.id, documents: total, examples: records.map((record) => documentId(record, primaryKey)) };
      }),
    );
    return found.filter(({ documents }) => documents > 0);
  }
}
