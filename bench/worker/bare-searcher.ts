import { type Dispatcher, Pool } from "undici";
import { exchange } from "../../src/transport/exchange.ts";
import type { WorkloadSearch } from "../workloads.ts";
import type { Searcher } from "./searcher.ts";
import { onUndici, type UndiciRequest } from "./undici-requests.ts";

interface RecordedRequest {
  readonly pool: Pool;
  readonly dispatch: Dispatcher.DispatchOptions;
}

const NEVER = new AbortController().signal;

/**
 * Repeats the requests that a client was seen to send for a search, side by side, and parses each answer: what asking those
 * nodes costs by itself.
 */
export class BareSearcher implements Searcher {
  readonly #client: Searcher;
  readonly #asksWholeWindows: boolean;
  readonly #pools = new Map<string, Pool>();
  readonly #recorded = new Map<WorkloadSearch, readonly RecordedRequest[]>();

  constructor(client: Searcher, asksWholeWindows: boolean) {
    this.#client = client;
    this.#asksWholeWindows = asksWholeWindows;
  }

  async prepare(searches: readonly WorkloadSearch[]): Promise<void> {
    for (const search of searches) this.#recorded.set(search, await this.#record(search));
  }

  async search(search: WorkloadSearch): Promise<unknown> {
    const requests = this.#recorded.get(search);
    if (requests === undefined) throw new Error("the bare client was not prepared for this search");
    return Promise.all(requests.map(answerOf));
  }

  async close(): Promise<void> {
    await this.#client.close();
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }

  async #record(search: WorkloadSearch): Promise<readonly RecordedRequest[]> {
    const seen: UndiciRequest[] = [];
    const forget = onUndici("create", (request) => seen.push(request));
    await this.#client.search(search);
    forget();
    const searches = seen.filter(({ path }) => /\/(search|multi-search)$/.test(path));
    if (!this.#asksWholeWindows) return searches.map((request) => this.#repeatable(request, String(request.body)));
    const { offset = 0, limit = 20 } = search.params;
    const firstByNode = new Map(searches.toReversed().map((request) => [String(request.origin), request]));
    return [...firstByNode.values()].map((request) => {
      const body = { ...(JSON.parse(String(request.body)) as object), offset: 0, limit: offset + limit };
      return this.#repeatable(request, JSON.stringify(body));
    });
  }

  #repeatable({ origin, method, path, headers }: UndiciRequest, body: string): RecordedRequest {
    const address = String(origin);
    let pool = this.#pools.get(address);
    if (pool === undefined) {
      pool = new Pool(address, { headersTimeout: 0, bodyTimeout: 0, connections: 64 });
      this.#pools.set(address, pool);
    }
    return { pool, dispatch: { path, method: method as Dispatcher.HttpMethod, headers: [...headers], body } };
  }
}

async function answerOf({ pool, dispatch }: RecordedRequest): Promise<unknown> {
  return parsed((await exchange(pool, dispatch, NEVER)).body);
}

function parsed(body: { toString(encoding: "utf8"): string }): unknown {
  return JSON.parse(body.toString("utf8"));
}
