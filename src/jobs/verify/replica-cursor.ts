import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { contentOf } from "../../execute/repair/content.ts";
import { type FetchedRecords, stampOf } from "../../execute/repair/fetch-records.ts";
import { documentId } from "../../routing/payload/identify.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";
import { RESERVED_SHARD, RESERVED_VERSION } from "../../routing/reserved.ts";
import { fetchPatiently } from "./fetch-patiently.ts";
import type { VerifyContext } from "./verify-context.ts";

/** The documents of a node that share a stamp: by id, the hash of the content where contents are read. */
export interface StampGroup {
  readonly stamp: string;
  readonly hashes: ReadonlyMap<string, string>;
}

interface Page {
  readonly groups: readonly StampGroup[];
  /** Stamp behind which the next page begins, `undefined` when this is the last one. */
  readonly after: string | undefined;
}

/** Documents of one page; more than share a stamp of a write. */
const PAGE = 5000;

/** The same where whole documents are read, which may be large. */
const WHOLE_PAGE = 1500;

/** What keeps a document out of every list: answers leave it out as well. */
const LISTED = `${RESERVED_VERSION} EXISTS AND ${RESERVED_SHARD} EXISTS`;

/**
 * Walks over a node's documents of an index in the order of their stamps, up to a bound. Keyset paging: writes that come
 * in meanwhile move no document from one page to another, and one page is all that is kept, while the next one is read.
 */
export class ReplicaCursor {
  readonly node: NodeInfo;
  /** The documents that the cursor stands at, `undefined` behind the last. */
  head: StampGroup | undefined;
  /** Documents read so far. */
  read = 0;
  /** Documents up to the bound, once the first page was read. */
  total = 0;
  readonly #context: VerifyContext;
  readonly #bound: string;
  #groups: StampGroup[] = [];
  /** The page behind the groups, on its way. */
  #next: Promise<Page> | undefined;

  constructor(context: VerifyContext, node: NodeInfo, bound: string) {
    this.#context = context;
    this.node = node;
    this.#bound = bound;
    this.#readAhead("");
  }

  /** Goes to the next stamp; the first call goes to the first. */
  async advance(): Promise<void> {
    if (this.#groups.length === 0 && this.#next !== undefined) {
      const { groups, after } = await this.#next;
      this.#next = undefined;
      if (after !== undefined) this.#readAhead(after);
      this.#groups = groups.toReversed(); // taken from the end, which is cheap
    }
    this.head = this.#groups.pop();
  }

  #readAhead(after: string): void {
    this.#next = this.#read(after);
    this.#next.catch(() => undefined); // whoever advances gets the failure
  }

  /** The whole groups of a page; the last one of a full page may be cut, and begins the next page. */
  async #read(behind: string): Promise<Page> {
    for (let limit = this.#context.byContent ? WHOLE_PAGE : PAGE; ; limit *= 2) {
      const { records, total } = await this.#fetch(behind, limit);
      await this.#context.pace.take(records.length, this.#context.signal);
      if (behind === "") this.total = total;
      const groups = this.#group(records);
      const isLast = records.length < limit;
      if (!isLast) groups.pop();
      const after = isLast ? undefined : groups.at(-1)?.stamp;
      if (!isLast && after === undefined) continue; // one stamp fills the page
      this.read += groups.reduce((sum, { hashes }) => sum + hashes.size, 0);
      return { groups, after };
    }
  }

  #fetch(after: string, limit: number): Promise<FetchedRecords> {
    const { primaryKey, byContent } = this.#context;
    const from = after === "" ? "" : ` AND ${RESERVED_VERSION} > "${after}"`;
    const body: JsonObject = {
      filter: `${LISTED} AND ${RESERVED_VERSION} <= "${this.#bound}"${from}`,
      sort: [`${RESERVED_VERSION}:asc`],
      limit,
      ...(byContent ? {} : { fields: [primaryKey, RESERVED_VERSION] }),
    };
    return fetchPatiently(this.#context, this.node, body);
  }

  #group(records: readonly RawRecord[]): StampGroup[] {
    const { primaryKey, byContent, cluster } = this.#context;
    const groups: { readonly stamp: string; readonly hashes: Map<string, string> }[] = [];
    for (const record of records) {
      const stamp = stampOf(record);
      if (groups.at(-1)?.stamp !== stamp) groups.push({ stamp, hashes: new Map() });
      const hash = byContent ? cluster.hasher.hash(contentOf(record)).toString(36) : "";
      groups.at(-1)?.hashes.set(documentId(record, primaryKey), hash);
    }
    return groups;
  }
}
