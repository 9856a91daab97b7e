import { isDeepStrictEqual } from "node:util";
import { type Index, metaOf } from "../../src/index.ts";
import { type Answer, type Comparison, compareAnswers } from "./compare.ts";
import { type Movie, SETTINGS } from "./data.ts";
import { QUERIES, type Query } from "./queries.ts";

/** The same index on the cluster and on a single server. */
export interface Pair {
  readonly cluster: Index<Movie>;
  readonly reference: Index<Movie>;
}

/** What one search came to. */
export interface QueryRow extends Comparison {
  readonly name: string;
  readonly q: string;
  readonly hits: number;
  readonly total: number;
  readonly clusterMs: number;
  readonly referenceMs: number;
  /** Every shard was answered for, by a replica that has every write. */
  readonly complete: boolean;
}

/** All searches at one moment of the demo. */
export interface Stage {
  readonly name: string;
  readonly rows: readonly QueryRow[];
  readonly identical: number;
  /** Documents on both sides, and whether each one is equal. */
  readonly documents: { readonly cluster: number; readonly reference: number; readonly equal: boolean };
  readonly held: boolean;
}

/** Runs every search on both sides, and compares all documents one by one. */
export async function runStage(name: string, pair: Pair): Promise<Stage> {
  const rows: QueryRow[] = [];
  for (const query of QUERIES) rows.push(await runQuery(query, pair));
  const documents = await compareDocuments(pair);
  const identical = rows.filter((row) => row.identical).length;
  const held = identical === rows.length && rows.every((row) => row.complete) && documents.equal;
  return { name, rows, identical, documents, held };
}

async function runQuery(query: Query, { cluster, reference }: Pair): Promise<QueryRow> {
  const ours = await timed(() => search(cluster, query));
  const theirs = await timed(() => search(reference, query));
  const meta = metaOf(ours.answer);
  const { answer } = theirs;
  const ranking = await search(reference, wholeRanking(query));
  return {
    name: query.name,
    q: query.q,
    hits: ours.answer.hits.length,
    total: answer.totalHits ?? answer.estimatedTotalHits ?? 0,
    clusterMs: ours.ms,
    referenceMs: theirs.ms,
    complete: meta?.degraded === false,
    ...compareAnswers(ours.answer, answer, ranking),
  };
}

/** The details are asked for so that exact ties can be told from mistakes. */
async function search(index: Index<Movie>, { q, params }: Query): Promise<Answer> {
  return (await index.search(q, { ...params, showRankingScoreDetails: true })) as Answer;
}

/** The same search from its first hit to its last. */
function wholeRanking({ params, ...query }: Query): Query {
  const { page, hitsPerPage, facets, ...rest } = params ?? {};
  return { ...query, params: { ...rest, offset: 0, limit: SETTINGS.pagination.maxTotalHits } };
}

async function timed<T>(work: () => Promise<T>): Promise<{ answer: T; ms: number }> {
  const startedAt = performance.now();
  const answer = await work();
  return { answer, ms: Math.round((performance.now() - startedAt) * 10) / 10 };
}

async function compareDocuments({ cluster, reference }: Pair): Promise<Stage["documents"]> {
  const [ours, theirs] = await Promise.all([documentsById(cluster), documentsById(reference)]);
  return { cluster: ours.size, reference: theirs.size, equal: isDeepStrictEqual(ours, theirs) };
}

async function documentsById(index: Index<Movie>): Promise<Map<number, Movie>> {
  const byId = new Map<number, Movie>();
  const limit = 2000;
  for (let offset = 0, total = 1; offset < total; offset += limit) {
    const page = await index.getDocuments({ offset, limit });
    for (const document of page.results) byId.set(document.id, document);
    total = page.total;
  }
  return byId;
}
