import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { isEveryday, NOT_REPLAYABLE, replayableScenarios, replayedScenario, shareOf } from "./conformance.ts";
import { embeddedNodePage } from "./embedded-node-page.ts";
import { KNOWN_DIFFERENCES } from "./known-differences.ts";
import { replayRankings } from "./ranking.ts";

/** Steps that pass, by scenario; raised whenever the node learns something, never lowered. */
type Floors = Readonly<Record<string, { readonly core: number; readonly all: number }>>;

const FLOORS = JSON.parse(readFileSync(new URL("./floors.json", import.meta.url), "utf8")) as Floors;
const PAGE = fileURLToPath(new URL("../../docs/embedded-node.md", import.meta.url));

const rankings = await replayRankings();
const lines: string[] = [];
const failingCoreSteps: string[] = [];

const replayAll = () => Promise.all(replayableScenarios().map(replayedScenario));

afterAll(() => {
  const skipped = `not replayed (they need a busy server): ${NOT_REPLAYABLE.join(", ")}`;
  console.log([...lines, skipped, `failing core steps: ${failingCoreSteps.join(" ") || "none"}`].join("\n"));
});

describe("the embedded node answers as the recorded server did", { timeout: 60_000 }, () => {
  for (const name of replayableScenarios()) {
    it(`in the scenario ${name}`, async () => {
      const result = await replayedScenario(name);
      const [core, all] = [shareOf([result], "core"), shareOf([result], "all")];
      lines.push(`${name} core ${core.passed}/${core.steps} all ${all.passed}/${all.steps}`);
      for (const { id, isCore, problem } of result.steps) {
        if (isCore && problem !== undefined) failingCoreSteps.push(`${name}:${id}`);
      }
      const floor = FLOORS[name] ?? { core: 0, all: 0 };
      expect(core.passed, "core steps").toBeGreaterThanOrEqual(floor.core);
      expect(all.passed, "all steps").toBeGreaterThanOrEqual(floor.all);
    });
  }

  it("in 97 % of the core steps and 88 % of all steps of the everyday scenarios", async () => {
    const everyday = (await replayAll()).filter(({ name }) => isEveryday(name));
    const [core, all] = [shareOf(everyday, "core"), shareOf(everyday, "all")];
    lines.push(`everyday scenarios core ${core.passed}/${core.steps} all ${all.passed}/${all.steps}`);
    expect(core.passed / core.steps).toBeGreaterThanOrEqual(0.97);
    expect(all.passed / all.steps).toBeGreaterThanOrEqual(0.88);
  });

  it("except in the steps that have a known reason", async () => {
    const differing = (await replayAll()).flatMap(({ name, steps }) =>
      steps.flatMap(({ id, problem }) => (problem === undefined ? [] : [`${name}/${id}`])),
    );
    const known = KNOWN_DIFFERENCES.flatMap(({ steps }) =>
      Object.entries(steps).flatMap(([scenario, ids]) => ids.map((id) => `${scenario}/${id}`)),
    );
    expect(differing.sort()).toEqual(known.sort());
  });
});

describe("the embedded node ranks public documents as the recorded server did", () => {
  it.each(rankings.map((result) => [result.set, result] as const))("for %s", (set, { documents, tallies }) => {
    if (tallies.length === 0) {
      lines.push(`rankings of ${set} not replayed: the package with the documents is not installed`);
      return;
    }
    const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
    const cases = sum(tallies.map((tally) => tally.cases));
    const pages = sum(tallies.map((tally) => tally.pages));
    const answers = sum(tallies.map((tally) => tally.answers));
    lines.push(`rankings of ${documents} ${set}: first pages ${pages}/${cases}, whole answers ${answers}/${cases}`);
    expect(pages / cases).toBeGreaterThanOrEqual(0.9);
  });

  it("for the movies, which are always there", () => {
    expect(rankings.find(({ set }) => set === "movies")?.documents).toBe(3201);
  });
});

describe("docs/embedded-node.md", () => {
  it("is what the replay gives (npm run docs:embedded-node)", { timeout: 60_000 }, async () => {
    const page = embeddedNodePage({ scenarios: await replayAll(), differences: KNOWN_DIFFERENCES, rankings });
    await expect(page).toMatchFileSnapshot(PAGE);
  });
});
