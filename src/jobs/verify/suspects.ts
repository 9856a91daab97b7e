import { physicalUid } from "../../cluster/registry.ts";
import { settle } from "../settle.ts";
import type { Findings } from "./index-report.ts";
import { type Copies, type Disagreement, isUnchanged, judgeCopies } from "./judge-copies.ts";
import { readCopies } from "./read-copies.ts";
import { ownersOf, shardOfId, type VerifyContext } from "./verify-context.ts";

/** A document whose copies differ although no write is under way that would explain it. */
export interface ConfirmedDifference extends Disagreement {
  readonly id: string;
  readonly shard: number;
}

/** What one look at a document saw. */
interface Look {
  readonly copies: Copies;
  readonly disagreement: Disagreement;
}

/** Looks at one document that may change in between before it counts as written too often to be compared. */
const MOST_LOOKS = 4;

/**
 * Documents whose copies seemed to differ. Nodes are not read in one moment, and writes reach them one after the other: a
 * difference counts when two looks show the same, and every write that had begun at the first has settled by the second.
 */
export class Suspects {
  readonly #context: VerifyContext;
  readonly #findings: Findings;
  /** Behind it, documents were written since the verification began. */
  readonly #bound: string;
  /** The highest stamp at which each document was suspected. */
  readonly #stamps = new Map<string, string>();

  constructor(context: VerifyContext, findings: Findings, bound: string) {
    this.#context = context;
    this.#findings = findings;
    this.#bound = bound;
  }

  get size(): number {
    return this.#stamps.size;
  }

  /** Suspects a document of which some copies have this stamp. Stamps come in ascending order. */
  add(id: string, stamp: string): void {
    this.#stamps.set(id, stamp);
  }

  /** Judges all of them, and forgets them; the confirmed ones are answered and counted. */
  async confirm(): Promise<ConfirmedDifference[]> {
    if (this.#stamps.size === 0) return [];
    const { cluster, nodes, signal } = this.#context;
    await cluster.registry.refresh();
    let before = await this.#look(this.#stamps.keys());
    this.#stamps.clear();
    const confirmed: ConfirmedDifference[] = [];
    for (let looks = 1; before.size > 0 && looks < MOST_LOOKS; looks++) {
      await settle(cluster, nodes, signal);
      const after = await this.#look(before.keys());
      for (const [id, look] of after) {
        const last = before.get(id);
        if (last === undefined || !isUnchanged(last.copies, look.copies)) continue;
        after.delete(id);
        confirmed.push(this.#count(id, look));
      }
      before = after;
    }
    this.#findings.unsettled += before.size;
    return confirmed;
  }

  /** Those of the documents whose copies differ now, and that nobody owes. */
  async #look(ids: Iterable<string>): Promise<Map<string, Look>> {
    const looks = new Map<string, Look>();
    for (const [id, copies] of await readCopies(this.#context, [...ids])) {
      const owners = ownersOf(this.#context, shardOfId(this.#context, id)).map((node) => node.id);
      const disagreement = judgeCopies(owners, copies);
      if (disagreement === undefined || this.#isSeenLater(id, copies)) continue;
      if (this.#isOwed(id)) this.#findings.owed += 1;
      else looks.set(id, { copies, disagreement });
    }
    return looks;
  }

  /** Whether the walk over the stamps will come to a copy of the document again; it counts once, at the last. */
  #isSeenLater(id: string, copies: Copies): boolean {
    const suspectedAt = this.#stamps.get(id);
    if (suspectedAt === undefined) return false; // a later look at one that was not
    return [...copies.values()].some(({ stamp }) => stamp > suspectedAt && stamp <= this.#bound);
  }

  /** Whether repair is known to pay for a document. */
  #isOwed(id: string): boolean {
    const { cluster, row } = this.#context;
    const shard = shardOfId(this.#context, id);
    const { ledger } = cluster.debts;
    const owes = ({ id: node }: { id: string }) => ledger.owesAny(physicalUid(row), { node, shard }, [id]);
    return ownersOf(this.#context, shard).some(owes);
  }

  #count(id: string, { disagreement }: Look): ConfirmedDifference {
    const shard = shardOfId(this.#context, id);
    this.#findings.difference(shard, id, disagreement.differences);
    return { ...disagreement, id, shard };
  }
}
