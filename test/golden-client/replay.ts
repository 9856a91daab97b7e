import { setTimeout as sleep } from "node:timers/promises";
import type { Scenario, Step } from "../golden/scenario.ts";
import { Aftermath } from "./aftermath.ts";
import { judge, judgeStrictly, type Verdict } from "./judge.ts";
import { type Played, Player } from "./player.ts";
import type { Rule } from "./rule.ts";
import { type Station, startSingle, startTriple } from "./station.ts";
import { taskUidOf } from "./task-numbers.ts";

/** How one step went through each client. */
interface StepOutcome {
  readonly id: string;
  readonly single: Verdict;
  readonly triple: Verdict;
}

/** A replayed scenario. */
export interface Replayed {
  readonly outcomes: readonly StepOutcome[];
  /** Steps that the client has no way to send. */
  readonly unsent: readonly string[];
}

/** The rule of calls that the cluster says by name it does not serve. */
export const REFUSED: Rule["name"] = "refused: miroir_not_supported";

/** The rule of answers about what a refused call would have changed. */
export const AFTERMATH: Rule["name"] = "follows a refused write";

/** A single node of this kind differs from the recorded server in the same way. */
const EMBEDDED: Verdict = { kind: "by-rule", rules: ["the embedded node itself differs"] };

/** Nodes that do not know a route can be asked for nothing, however many they are. */
function isUnimplemented({ given }: Played): boolean {
  return (given.body as { code?: unknown } | null | undefined)?.code === "not_implemented_by_embedded_node";
}

function isSame(alone: Verdict, together: Verdict): boolean {
  return alone.kind === "wrong" && together.kind === "wrong" && alone.problem === together.problem;
}

/** Sends every step of a scenario to a client with one node and to one with three, side by side. */
export async function replay(scenario: Scenario): Promise<Replayed> {
  const stations = await Promise.all([startSingle(scenario), startTriple(scenario)]);
  try {
    const duet = new Duet(...stations);
    const outcomes: StepOutcome[] = [];
    const unsent: string[] = [];
    for (const step of scenario.steps) {
      const outcome = await duet.play(step);
      if (outcome === undefined) unsent.push(step.id);
      else outcomes.push(outcome);
    }
    return { outcomes, unsent };
  } finally {
    await Promise.all(stations.map((station) => station.close()));
  }
}

class Duet {
  readonly #stations: readonly [Station, Station];
  readonly #single: Player;
  readonly #triple: Player;
  readonly #aftermath = new Aftermath();

  constructor(single: Station, triple: Station) {
    this.#stations = [single, triple];
    this.#single = new Player(single);
    this.#triple = new Player(triple);
  }

  async play(step: Step): Promise<StepOutcome | undefined> {
    const single = await this.#single.play(step);
    const triple = await this.#triple.play(step);
    if (single === undefined || triple === undefined) return undefined;
    const alone = judgeStrictly(single);
    const together = await this.#judge(step, single, triple);
    const outcome = {
      id: step.id,
      single: alone,
      triple: isUnimplemented(single) || isSame(alone, together) ? EMBEDDED : together,
    };
    if (step.pauseAfterMs !== undefined) await sleep(step.pauseAfterMs);
    return outcome;
  }

  async #judge(step: Step, single: Played, triple: Played): Promise<Verdict> {
    if ((triple.given.body as { code?: string } | null)?.code === "miroir_not_supported") {
      this.#aftermath.note(step);
      const isTask = taskUidOf(step.response.body) !== undefined;
      if (!isTask && step.request.method !== "GET") await this.#triple.playByHand(step);
      return { kind: "by-rule", rules: [REFUSED] };
    }
    const [singleStation, tripleStation] = this.#stations;
    const verdict = await judge(triple, {
      single: { station: singleStation, request: single.request },
      cluster: { station: tripleStation, request: triple.request },
      numbers: this.#triple.numbers,
      aftermath: this.#aftermath,
    });
    if (verdict.kind !== "wrong" || !this.#aftermath.concerns(step)) return verdict;
    return { kind: "by-rule", rules: [AFTERMATH] };
  }
}
