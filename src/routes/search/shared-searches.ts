import { MiroirError } from "../../core/errors.ts";
import type { ClusterRequest, ClusterResponse } from "../../core/types.ts";
import { onAbort, untilAborted } from "../../util/abort.ts";

/** Searches that are open to others at a time. Those beyond are made by themselves. */
const MOST_OPEN = 10_000;

type Search = (request: ClusterRequest) => Promise<ClusterResponse>;

/** A search under way that callers with the same key may join. */
interface OpenSearch {
  readonly key: string;
  readonly answer: Promise<ClusterResponse>;
  /** Ends the search: fired when nobody wants it any more. */
  readonly end: AbortController;
  /** Callers that want the answer still. */
  waiting: number;
  isShared: boolean;
}

/**
 * Lets identical searches share one while it is under way: the first is made, those that come before it ends get copies
 * of its answer. A caller that aborts leaves the others alone; the search is aborted when all have.
 */
export class SharedSearches {
  readonly #mostOpen: number;
  readonly #openByKey = new Map<string, OpenSearch>();

  constructor(mostOpen = MOST_OPEN) {
    this.#mostOpen = mostOpen;
  }

  /**
   * The answer to a search, for this caller alone to change.
   * @param key equal for searches with equal answers only; undefined for one that is like no other
   * @param search makes it, under the signal of the request that it is given
   */
  async answer(key: string | undefined, request: ClusterRequest, search: Search): Promise<ClusterResponse> {
    if (key === undefined) return search(request);
    const { signal } = request;
    signal?.throwIfAborted();
    const open = this.#openByKey.get(key);
    if (open !== undefined) return this.#follow(open, signal);
    if (this.#openByKey.size >= this.#mostOpen) return search(request);
    return this.#lead(this.#begin(key, request, search), signal);
  }

  #begin(key: string, request: ClusterRequest, search: Search): OpenSearch {
    const end = new AbortController();
    const answer = search({ ...request, signal: end.signal }).finally(() => this.#close(open));
    const open: OpenSearch = { key, answer, end, waiting: 0, isShared: false };
    this.#openByKey.set(key, open);
    return open;
  }

  /** Lasts as long as the search, its own caller's patience or not: what the call holds, the nodes' answers depend on. */
  async #lead(open: OpenSearch, signal: AbortSignal | undefined): Promise<ClusterResponse> {
    const forget = this.#join(open, signal);
    try {
      const response = await open.answer;
      signal?.throwIfAborted();
      return open.isShared ? structuredClone(response) : response;
    } finally {
      forget();
    }
  }

  async #follow(open: OpenSearch, signal: AbortSignal | undefined): Promise<ClusterResponse> {
    open.isShared = true;
    const forget = this.#join(open, signal);
    try {
      const { meta, ...response } = await (signal === undefined ? open.answer : untilAborted(open.answer, signal));
      return structuredClone({ ...response, ...(meta && { meta: { ...meta, shared: true } }) });
    } catch (error) {
      throw ownError(error);
    } finally {
      forget();
    }
  }

  /** Counts a caller in; answers what takes its signal's listener back. */
  #join(open: OpenSearch, signal: AbortSignal | undefined): () => void {
    open.waiting += 1;
    if (signal === undefined) return () => undefined;
    return onAbort(signal, () => {
      open.waiting -= 1;
      if (open.waiting > 0) return;
      this.#close(open);
      open.end.abort(signal.reason);
    });
  }

  /** From here on nobody joins it. */
  #close(open: OpenSearch): void {
    if (this.#openByKey.get(open.key) === open) this.#openByKey.delete(open.key);
  }
}

/** The same error for another caller, which may change it or take note that it has seen it. */
function ownError(error: unknown): unknown {
  if (!(error instanceof MiroirError)) return error;
  const { code, message, response, attempts, reason } = error;
  return new MiroirError(code, message, { status: response.status, attempts: structuredClone(attempts), reason });
}
