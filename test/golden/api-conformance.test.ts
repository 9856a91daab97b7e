import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { replay } from "./replay.ts";
import { readScenario, scenarioNames } from "./scenario.ts";

/** Steps that pass, by scenario; raised whenever the node learns something, never lowered. */
type Floors = Readonly<Record<string, { readonly core: number; readonly all: number }>>;

const FLOORS = JSON.parse(readFileSync(new URL("./floors.json", import.meta.url), "utf8")) as Floors;

/** These need a busy server: their steps cannot be repeated one after the other. */
const NOT_REPLAYABLE = ["overload", "tasks-queue"];

const lines: string[] = [];
const failingCoreSteps: string[] = [];

afterAll(() => {
  const skipped = `not replayed (they need a busy server): ${NOT_REPLAYABLE.join(", ")}`;
  console.log([...lines, skipped, `failing core steps: ${failingCoreSteps.join(" ") || "none"}`].join("\n"));
});

describe("the embedded node answers as the recorded server did", () => {
  for (const name of scenarioNames().filter((candidate) => !NOT_REPLAYABLE.includes(candidate))) {
    it(`in the scenario ${name}`, { timeout: 60_000 }, async () => {
      const results = await replay(readScenario(name));
      const core = results.filter((result) => result.isCore);
      const passed = results.filter((result) => result.problem === undefined);
      const reached = { core: passed.filter((result) => result.isCore).length, all: passed.length };
      lines.push(`${name} core ${reached.core}/${core.length} all ${reached.all}/${results.length}`);
      for (const result of core) if (result.problem !== undefined) failingCoreSteps.push(`${name}:${result.id}`);
      const floor = FLOORS[name] ?? { core: 0, all: 0 };
      expect(reached.core, "core steps").toBeGreaterThanOrEqual(floor.core);
      expect(reached.all, "all steps").toBeGreaterThanOrEqual(floor.all);
    });
  }
});
