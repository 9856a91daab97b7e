import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { replay as replayBare } from "../golden/replay.ts";
import { readScenario, scenarioNames } from "../golden/scenario.ts";
import { replay } from "./replay.ts";
import { linesOf, type Tally, tallyOf } from "./tally.ts";

/** What a scenario has reached over three nodes; both are only ever lowered. */
interface Mark {
  /** Steps that are refused, or follow a refused write. */
  readonly refused: number;
  /** Steps that differ and no rule says why. */
  readonly wrong: number;
}

const MARKS = JSON.parse(readFileSync(new URL("./marks.json", import.meta.url), "utf8")) as Record<string, Mark>;

/** These need a busy server: their steps cannot be repeated one after the other. */
const NOT_REPLAYABLE = ["overload", "tasks-queue"];

const lines: string[] = [];
const total = { steps: 0, single: 0, equal: 0, byRule: 0 };

afterAll(() => {
  const { steps, single, equal, byRule } = total;
  const wrong = steps - equal - byRule;
  const sum =
    `all: ${steps} steps, one node equal ${single}; ` +
    `three nodes equal ${equal}, differs by rule ${byRule}, wrong ${wrong}`;
  console.log([...lines, sum, `not replayed (they need a busy server): ${NOT_REPLAYABLE.join(", ")}`].join("\n"));
});

function add({ single, equal, byRule }: Tally, steps: number): void {
  total.steps += steps;
  total.single += single;
  total.equal += equal;
  total.byRule += byRule;
}

describe("the recordings through the client", () => {
  for (const name of scenarioNames().filter((candidate) => !NOT_REPLAYABLE.includes(candidate))) {
    it(`are answered as before in the scenario ${name}`, { timeout: 120_000 }, async () => {
      const replayed = await replay(readScenario(name));
      const tally = tallyOf(replayed);
      const steps = replayed.outcomes.length;
      lines.push(...linesOf(name, replayed));
      add(tally, steps);
      const mark = MARKS[name] ?? { refused: 0, wrong: 0 };
      const bare = await replayBare(readScenario(name));
      const own = bare.flatMap(({ id, problem }) => (problem === undefined ? [] : [id]));
      const differing = replayed.outcomes.flatMap(({ id, single }) => (single.kind === "equal" ? [] : [id]));
      expect(own, "steps that differ through one node, and not without the client").toEqual(
        expect.arrayContaining(differing),
      );
      expect(tally.refused, "steps refused over three nodes").toBeLessThanOrEqual(mark.refused);
      expect(steps - tally.equal - tally.byRule, "steps that differ without a rule").toBeLessThanOrEqual(mark.wrong);
    });
  }
});
