import { addedLatency } from "./added-latency.ts";
import { bigDocuments } from "./big-documents.ts";
import { blackholedNode } from "./blackholed-node.ts";
import { deepPage } from "./deep-page.ts";
import { facets } from "./facets.ts";
import { fanOut } from "./fan-out.ts";
import { flappingNode } from "./flapping-node.ts";
import { hitsParsed } from "./hits-parsed.ts";
import { importCost } from "./import-cost.ts";
import { indexing } from "./indexing.ts";
import { killedNode } from "./killed-node.ts";
import { load } from "./load.ts";
import { memory } from "./memory.ts";
import { mixed } from "./mixed.ts";
import { overloadedCluster } from "./overloaded-cluster.ts";
import { page } from "./page.ts";
import { pure } from "./pure.ts";
import { quiet } from "./quiet.ts";
import type { Scenario } from "./scenario.ts";
import { slowNode } from "./slow-node.ts";
import { sorted } from "./sorted.ts";
import { stages } from "./stages.ts";
import { streaming } from "./streaming.ts";
import { warmUp } from "./warm-up.ts";

/** Every scenario, in the order in which they run: what needs no server before any server is up. */
export const SCENARIOS: readonly Scenario[] = [
  ...[pure, fanOut, importCost, quiet],
  ...[warmUp, page, stages, hitsParsed, addedLatency, load, bigDocuments, facets, deepPage, sorted],
  ...[slowNode, flappingNode, blackholedNode, overloadedCluster, killedNode],
  ...[mixed, indexing, streaming, memory],
];

/**
 * The scenarios of these names, in the order in which they run; all without names.
 * @throws Error naming what is no scenario
 */
export function chosenScenarios(names: readonly string[] | undefined): readonly Scenario[] {
  if (names === undefined) return SCENARIOS;
  const unknown = names.filter((name) => SCENARIOS.every((scenario) => scenario.name !== name));
  if (unknown.length > 0) {
    const known = SCENARIOS.map(({ name }) => name).join(", ");
    throw new Error(`\`--only\` names ${unknown.join(", ")}, which is no scenario. There are: ${known}.`);
  }
  return SCENARIOS.filter(({ name }) => names.includes(name));
}
