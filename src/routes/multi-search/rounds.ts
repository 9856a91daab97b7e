import { physicalUid } from "../../cluster/registry.ts";
import type { JsonObject, JsonValue } from "../../core/types.ts";
import type { ScatterResult } from "../../execute/scatter.ts";
import type { AnsweredQuery } from "../../merge/answered-query.ts";
import { isKeywordGoodEnough } from "../../merge/hybrid.ts";
import type { Part } from "../../merge/part.ts";
import type { QueryPlan } from "../../merge/query-plan.ts";
import type { NodeResponse } from "../../transport/transport.ts";
import type { Cluster } from "../cluster.ts";
import { queryVector } from "../query-vector.ts";
import { requireCoverage } from "../read.ts";
import { askBatch, type Batch, type BatchQuery, bodiesAt } from "./batch.ts";

/** A query of a batch and how nodes are asked for it. */
export interface PlannedQuery extends BatchQuery {
  /** The query as it is merged. */
  readonly request: JsonObject;
  readonly planned: QueryPlan;
}

/** Answers of nodes by the position of the query. */
type Answers = ReadonlyMap<number, readonly Part[]>;

/** Vectors by the position of the query. */
export type Vectors = ReadonlyMap<number, JsonValue>;

/** What is known after the nodes were asked for everything that needs no embedder. */
export interface FirstRound {
  readonly result: ScatterResult | undefined;
  readonly keyword: Answers;
  readonly semantic: Answers;
  /** The vectors that answers stand on: of all queries by vector alone, and of hybrid ones whose words are not good enough. */
  readonly vectors: Vectors;
}

/** All answers to all queries. */
export interface Rounds {
  readonly results: readonly ScatterResult[];
  readonly queries: readonly (PlannedQuery & AnsweredQuery)[];
}

/** Why a batch is not answered: the first refusal of a node. */
export interface RoundRefusal {
  readonly refusal: NodeResponse;
}

/**
 * Asks every node once for all searches by words, and those by vectors that the user gave. Meanwhile queries by vector
 * alone are embedded; hybrid ones are when their words turn out not to be good enough.
 */
export async function firstRound(
  cluster: Cluster,
  batch: Batch,
  queries: readonly PlannedQuery[],
): Promise<FirstRound | RoundRefusal> {
  const byVector = queries.filter(({ planned: { keyword }, body }) => keyword === undefined && !hasVector(body));
  const [asked, embedded] = await Promise.all([
    ask(cluster, batch, queries.flatMap(questionsAtOnce)),
    embed(cluster, batch, byVector),
  ]);
  if ("refusal" in asked) return asked;
  const [refused] = embedded.refusals;
  if (refused !== undefined) return { refusal: refused };
  const undecided = queries.filter((query) => needsVector(query, asked.keyword));
  // Where embedding fails, a server answers by words alone.
  const late = await embed(
    cluster,
    batch,
    undecided.filter(({ body }) => !hasVector(body)),
  );
  const given = queries.filter((query) => query.planned.keyword === undefined || undecided.includes(query));
  const own = given.flatMap(({ position, body }): [number, JsonValue][] =>
    hasVector(body) ? [[position, body["vector"] ?? null]] : [],
  );
  return { ...asked, vectors: new Map([...own, ...embedded.vectors, ...late.vectors]) };
}

/** Asks for the searches by vectors that came out of the first round. */
export async function secondRound(
  cluster: Cluster,
  { batch, queries, first }: { batch: Batch; queries: readonly PlannedQuery[]; first: FirstRound },
): Promise<Rounds | RoundRefusal> {
  const open = queries.filter(({ position }) => first.vectors.has(position) && !first.semantic.has(position));
  const asked = await ask(
    cluster,
    batch,
    open.flatMap((query) => byVector(query, first.vectors.get(query.position) ?? null)),
  );
  if ("refusal" in asked) return asked;
  const semantic = new Map([...first.semantic, ...asked.semantic]);
  return {
    results: [first.result, asked.result].filter((result) => result !== undefined),
    queries: queries.map((query) => ({
      ...query,
      plan: query.planned.plan,
      keyword: first.keyword.get(query.position) ?? [],
      semantic: (first.vectors.has(query.position) ? semantic.get(query.position) : undefined) ?? [],
    })),
  };
}

/** Whether a query brings its own vector. */
export function hasVector(body: JsonObject): boolean {
  return (body["vector"] ?? null) !== null;
}

/** One search of one query. */
interface Question {
  readonly query: PlannedQuery;
  readonly half: "keyword" | "semantic";
  readonly body: JsonObject;
}

function questionsAtOnce(query: PlannedQuery): Question[] {
  const { keyword } = query.planned;
  return [
    ...(keyword === undefined ? [] : [{ query, half: "keyword", body: keyword } as const]),
    ...(hasVector(query.body) ? byVector(query, query.body["vector"] ?? null) : []),
  ];
}

function byVector(query: PlannedQuery, vector: JsonValue): Question[] {
  const { semantic } = query.planned;
  return semantic === undefined ? [] : [{ query, half: "semantic", body: { ...semantic, vector } }];
}

/** Whether the words of a hybrid query leave something for a vector to find. */
function needsVector({ kind, position, planned, ...query }: PlannedQuery, answers: Answers): boolean {
  if (kind.kind !== "hybrid") return false;
  const keyword = answers.get(position) ?? [];
  const primaryKey = query.view.primaryKey ?? "";
  return !isKeywordGoodEnough({ ...query, ...planned, keyword, primaryKey, semanticRatio: kind.semanticRatio });
}

type Asked = Omit<FirstRound, "vectors">;

async function ask(cluster: Cluster, batch: Batch, questions: readonly Question[]): Promise<Asked | RoundRefusal> {
  const keyword = new Map<number, readonly Part[]>();
  const semantic = new Map<number, readonly Part[]>();
  if (questions.length === 0) return { result: undefined, keyword, semantic };
  const result = await askBatch(cluster, batch, {
    queries: questions.map(({ query: { row }, body }) => ({ row, body })),
  });
  const [refused] = result.refusals;
  if (refused !== undefined) return { refusal: refused.response };
  requireCoverage(result, batch.call.partial !== false);
  for (const [place, { query, half }] of questions.entries()) {
    const parts = bodiesAt(result, place).map((body, order) => ({ order, body }));
    (half === "keyword" ? keyword : semantic).set(query.position, parts);
  }
  return { result, keyword, semantic };
}

interface Embedded {
  readonly vectors: Vectors;
  readonly refusals: readonly NodeResponse[];
}

/** Each query is embedded once, by one node for all. */
async function embed(cluster: Cluster, batch: Batch, queries: readonly PlannedQuery[]): Promise<Embedded> {
  const vectors = new Map<number, JsonValue>();
  const refusals: NodeResponse[] = [];
  await Promise.all(
    queries.map(async ({ position, body, row, kind }) => {
      if (kind.kind === "keyword") return;
      const question = { body, index: physicalUid(row), embedder: kind.embedder, call: batch.call };
      const found = await queryVector(cluster, batch.request, question);
      if ("refusal" in found) refusals.push(found.refusal);
      else vectors.set(position, found.vector);
    }),
  );
  return { vectors, refusals };
}
