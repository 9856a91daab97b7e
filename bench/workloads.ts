import { commonWords, makeQueries } from "./corpus.ts";

/** A kind of search. */
export type Workload = "page" | "big" | "facets" | "deep" | "sorted";

/** One search, in words that every client can be asked with. */
export interface WorkloadSearch {
  /** `bench` has documents of 600 bytes, `bench_big` of 20 kB. */
  readonly index: "bench" | "bench_big";
  readonly q: string;
  readonly params: {
    readonly offset?: number;
    readonly limit?: number;
    readonly facets?: string[];
    readonly sort?: string[];
  };
}

const SEARCHES = 500;

const PARAMS: Readonly<Record<Workload, WorkloadSearch["params"]>> = {
  page: {},
  big: {},
  facets: { facets: ["genres", "year"] },
  deep: { offset: 500 },
  sorted: { sort: ["year:desc", "rating:asc"] },
};

/** The searches of a kind, the same in every run; a client begins anew after the last one. */
export function searchesOf(workload: Workload): WorkloadSearch[] {
  const index = workload === "big" ? "bench_big" : "bench";
  // A page that deep exists only for words that many documents have.
  const queries = workload === "deep" ? commonWords(12) : makeQueries(SEARCHES);
  return queries.map((q) => ({ index, q, params: PARAMS[workload] }));
}
