import { replay, type StepResult } from "./replay.ts";
import { readScenario, scenarioNames } from "./scenario.ts";

/** How one scenario went. */
export interface ScenarioResult {
  readonly name: string;
  readonly steps: readonly StepResult[];
}

/** Steps that answered as recorded, and all steps. */
export interface Share {
  readonly passed: number;
  readonly steps: number;
}

/** These need a busy server: their steps cannot be repeated one after the other. */
export const NOT_REPLAYABLE: readonly string[] = ["overload", "tasks-queue"];

const EVERYDAY = /^(indexes|documents-.*|settings|settings-.*|search|search-.*|facets|tasks|system|auth|keys)$/;

/** Scenarios that can be repeated. */
export function replayableScenarios(): string[] {
  return scenarioNames().filter((name) => !NOT_REPLAYABLE.includes(name));
}

/** Whether a scenario is about what every application does: indexes, documents, settings, search, tasks, keys. */
export function isEveryday(name: string): boolean {
  return EVERYDAY.test(name);
}

const resultByName = new Map<string, Promise<ScenarioResult>>();

/** Replays a scenario on a fresh embedded node, once per process. */
export function replayedScenario(name: string): Promise<ScenarioResult> {
  const known = resultByName.get(name);
  if (known !== undefined) return known;
  const result = replay(readScenario(name)).then((steps) => ({ name, steps }));
  resultByName.set(name, result);
  return result;
}

/** Counts the core steps, or all steps, of some scenarios. */
export function shareOf(results: readonly ScenarioResult[], kind: "core" | "all"): Share {
  const steps = results.flatMap((result) => result.steps).filter(({ isCore }) => kind === "all" || isCore);
  return { passed: steps.filter(({ problem }) => problem === undefined).length, steps: steps.length };
}
