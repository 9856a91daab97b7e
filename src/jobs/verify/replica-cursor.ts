import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { contentOf } from "../../execute/repair/content.ts";
import { type FetchedRecords, stampOf } from "../../execute/repair/fetch-records.ts";
import { type StampPage, walkStamps } from "../../execute/repair/walk-stamps.ts";
import { documentId } from "../../routing/payload/identify.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";
import { RESERVED_VERSION } from "../../routing/reserved.ts";
import { fetchPatiently } from "./fetch-patiently.ts";
import type { VerifyContext } from "./verify-context.ts";

/** The documents of a node that share a stamp: by id, the hash of the content where contents are read. */
export interface StampGroup {
  readonly stamp: string;
  readonly hashes: ReadonlyMap<string, string>;
}

/** Documents of one page. */
const PAGE = 5000;

/** The same where whole documents are read, which may be large. */
const WHOLE_PAGE = 1500;

/**
 * Walks over a node's documents of an index in the order of their stamps. One page is all that is kept, while the next one
 * is read.
 */
export class ReplicaCursor {
  readonly node: NodeInfo;
  /** The documents that the cursor stands at, `undefined` behind the last. */
  head: StampGroup | undefined;
  /** Documents read so far. */
  read = 0;
  /** Documents there are, once the first page was read. */
  total = 0;
  readonly #context: VerifyContext;
  readonly #pages: AsyncGenerator<StampPage>;
  #groups: StampGroup[] = [];
  /** The page behind the groups, on its way. */
  #next: Promise<IteratorResult<StampPage>>;

  /** @param filter of the documents */
  constructor(context: VerifyContext, node: NodeInfo, filter: string) {
    const { primaryKey, byContent } = context;
    this.#context = context;
    this.node = node;
    this.#pages = walkStamps({
      ...{ filter, limit: byContent ? WHOLE_PAGE : PAGE },
      ...(byContent ? {} : { body: { fields: [primaryKey, RESERVED_VERSION] } }),
      fetch: (body) => this.#fetch(body),
    });
    this.#next = this.#readAhead();
  }

  /** Goes to the next stamp; the first call goes to the first. */
  async advance(): Promise<void> {
    if (this.#groups.length === 0) {
      const { done, value: page } = await this.#next;
      if (done !== true) {
        if (this.read === 0) this.total = page.total;
        this.read += page.records.length;
        this.#next = this.#readAhead();
        this.#groups = this.#group(page.records).reverse(); // taken from the end, which is cheap
      }
    }
    this.head = this.#groups.pop();
  }

  #readAhead(): Promise<IteratorResult<StampPage>> {
    const next = this.#pages.next();
    next.catch(() => undefined); // whoever advances gets the failure
    return next;
  }

  async #fetch(body: JsonObject): Promise<FetchedRecords> {
    const { pace, signal } = this.#context;
    const fetched = await fetchPatiently(this.#context, this.node, body);
    await pace.take(fetched.records.length, signal);
    return fetched;
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
