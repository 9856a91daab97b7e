import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readRecording } from "../../src/cli/replay/recording.ts";
import { brokenPromises, tallyRecordings } from "../../src/cli/replay/tally.ts";

const file = fileURLToPath(new URL("../fixtures/ranking/movies-cities.json.gz", import.meta.url));
const tallies = tallyRecordings([readRecording(file)]);

describe("the merger over recorded answers of three nodes", () => {
  it("is given all twenty-two kinds of search, sixteen cases each", () => {
    expect(tallies.map(({ cases }) => cases)).toEqual(Array.from({ length: 22 }, () => 16));
  });

  it.each(tallies)("answers $kind searches as one node does, wherever it promises to", (tally) => {
    expect(brokenPromises(tally)).toEqual([]);
  });

  it("orders at least thirteen of sixteen searches with the frequency strategy as one node does", () => {
    expect(tallies.find(({ kind }) => kind === "frequency")?.exact.order).toBeGreaterThanOrEqual(13);
  });

  it("counts an altered answer as not exact", () => {
    const recording = readRecording(file);
    const altered = Object.values(recording.sets).map((set) => ({
      ...set,
      cases: set.cases.filter(({ kind }) => kind === "deep").map((each) => ({ ...each, shards: each.shards.slice(1) })),
    }));
    const [tally] = tallyRecordings([{ sets: Object.fromEntries(altered.entries()) }]);
    expect(tally?.exact.order).toBeLessThan(16);
    expect(tally?.exact.totals).toBe(0);
  });
});
