import type { SearchWork } from "../../core/meta.ts";
import type { JsonObject } from "../../core/types.ts";
import type { ScatterPart, ScatterResult } from "../../execute/scatter.ts";
import { objectOf, objectsOf } from "../../merge/answer-shape.ts";
import type { MergedHits } from "../../merge/hits.ts";
import { openLists } from "../../merge/open-lists.ts";
import { bodiesInOrder } from "../../merge/part.ts";
import { mergeLists } from "../../merge/search.ts";
import type { SearchPlans } from "../../merge/search-plans.ts";
import type { MergePlan } from "../../merge/shard-request.ts";
import { combineReads } from "../combine-reads.ts";
import { requireCoverage } from "../read.ts";
import { refusalOf } from "../refusal-of.ts";
import { askNodes, isContinuation, type NodeSearch } from "./node-search.ts";

/** What the answer to a search is made of. */
export interface FoundHits {
  /** All that was asked for it. */
  readonly result: ScatterResult;
  readonly plan: MergePlan;
  /** The nodes' answers, whose totals and facets count. */
  readonly bodies: readonly [JsonObject, ...JsonObject[]];
  readonly merged: MergedHits;
  readonly work: SearchWork;
}

/** A search that is not answered because a node refuses it. */
export interface RefusedSearch {
  readonly refusal: ScatterPart;
}

/** The merged hits of a search. */
export interface RankedHits extends FoundHits {
  /** False when a node that may hide better hits could not be asked for them. */
  readonly isComplete: boolean;
}

/**
 * Asks nodes for a search and merges their hits. A node whose list was cut off behind a hit that is needed may hide better
 * ones: it is asked once more, for all that it could add. The totals and facets of the first answers stand.
 */
export async function rankHits(search: NodeSearch, plans: SearchPlans): Promise<RankedHits | RefusedSearch> {
  const { cluster, index, call } = search;
  const result = await askNodes(search, { bodyFor: (shards) => plans.bodyFor(shards.length) });
  const refusal = refusalOf(result);
  if (refusal !== undefined) return { refusal };
  requireCoverage(result, call.partial !== false);
  const round = { search, plans, result, plan: plans.mergePlan(result.parts) };
  const bodies = bodiesInOrder(result.parts.map(({ response }, order) => ({ order, body: response.body })));
  const merged = mergeLists(bodies, round.plan);
  const open = openParts(round, bodies, merged);
  if (plans.isLimited && bodies.length > 1) cluster.widening.learn(index, open.length > 0);
  const first = { ...round, bodies, merged, work: { hitsParsed: countHits(bodies), topUps: open.length } };
  if (open.length === 0) return { ...first, isComplete: true };
  const completed = await topUp(round, bodies, open);
  return completed === undefined ? { ...first, isComplete: false } : { ...completed, isComplete: true };
}

/** A round of requests that was answered. */
interface AnsweredRound {
  readonly search: NodeSearch;
  readonly plans: SearchPlans;
  readonly result: ScatterResult;
  readonly plan: MergePlan;
}

/** The parts that may lack hits of the merged list. */
function openParts(
  { plans, plan, result }: AnsweredRound,
  bodies: readonly JsonObject[],
  merged: MergedHits,
): readonly ScatterPart[] {
  const lists = result.parts.map(({ shards }, position) => ({
    hits: hitsOf(bodies[position]),
    limit: plans.limitFor(shards.length),
  }));
  const open = openLists(lists, { merged: merged.hits, required: plan.required });
  return open.flatMap((position) => result.parts[position] ?? []);
}

/** The hits with these parts complete; undefined when one of their nodes cannot go on with what it said. */
async function topUp(
  { search, plans, result, plan }: AnsweredRound,
  bodies: readonly JsonObject[],
  open: readonly ScatterPart[],
): Promise<FoundHits | undefined> {
  const rest = await Promise.all(
    open.map(({ node, shards }) => {
      return askNodes(search, { bodyFor: () => plans.wholeBody, only: { node: node.id, shards } });
    }),
  );
  if (!rest.every((each) => isContinuation(each, result))) return undefined;
  const listsByPart = new Map(open.map((part, at) => [part, rest[at]?.parts[0]?.response.body]));
  const completed = bodiesInOrder(
    result.parts.map((part, order) => {
      const list = listsByPart.get(part);
      const body = bodies[order] ?? {};
      return { order, body: list === undefined ? body : { ...body, hits: hitsOf(list) } };
    }),
  );
  return {
    ...{ plan, bodies: completed, merged: mergeLists(completed, plan) },
    result: { ...combineReads([result, ...rest]), parts: result.parts },
    work: {
      hitsParsed:
        countHits(bodies) + countHits(rest.flatMap(({ parts }) => parts.map(({ response }) => response.body))),
      topUps: open.length,
    },
  };
}

function countHits(bodies: readonly unknown[]): number {
  return bodies.reduce((sum: number, body) => sum + hitsOf(body).length, 0);
}

/** The hits of a node's answer. */
export function hitsOf(body: unknown): JsonObject[] {
  return objectsOf(objectOf(body, "an answer")["hits"], "`hits`");
}
