import { sliceOf, sliceStart } from "../../merge/search-window.ts";
import { fillPage, listWindows, type TwoSteps } from "../../merge/two-step.ts";
import { combineReads } from "../combine-reads.ts";
import { askNodes, isContinuation, type NodeSearch } from "./node-search.ts";
import { type FoundHits, hitsOf } from "./rank-hits.ts";

/**
 * The second step for a deep page: asks every node that ranked some of its hits for these, in the form that the user wants.
 * Undefined when one of them does not answer or has other documents there by now.
 */
export async function fetchPage(
  search: NodeSearch,
  { shaping, primaryKey }: TwoSteps,
  ranked: FoundHits,
): Promise<FoundHits | undefined> {
  const { result, plan, merged, work } = ranked;
  const page = sliceOf(merged.hits, plan.window);
  const windows = listWindows(ranked.bodies.map(hitsOf), page);
  const asked = result.parts.flatMap(({ node, shards }, position) => {
    const window = windows[position];
    return window === undefined
      ? []
      : [{ only: { node: node.id, shards }, bodyFor: () => ({ ...shaping, ...window }) }];
  });
  const answers = await Promise.all(asked.map((round) => askNodes(search, round)));
  if (!answers.every((answer) => isContinuation(answer, result))) return undefined;
  const shaped = answers.flatMap(({ parts }) => parts.flatMap(({ response }) => hitsOf(response.body)));
  const filled = fillPage(page, shaped, primaryKey);
  if (filled === undefined) return undefined;
  return {
    ...ranked,
    result: { ...combineReads([result, ...answers]), parts: result.parts },
    merged: { ...merged, hits: merged.hits.toSpliced(sliceStart(plan.window), filled.length, ...filled) },
    work: { ...work, hitsParsed: work.hitsParsed + shaped.length, twoStep: "used" },
  };
}
