import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { renderReport } from "../../examples/demo/report.ts";
import type { DemoReport } from "../../examples/demo/story.ts";

const REPORT: DemoReport = {
  source: "three servers",
  reference: "one server",
  nodes: [],
  replicationFactor: 2,
  documents: 2,
  killed: { id: "node-2", pid: 7, isGone: true },
  stages: [
    {
      name: "all nodes up",
      identical: 0,
      rows: [
        {
          ...{ name: "plain words", q: "star", hits: 1, total: 3, clusterMs: 2, referenceMs: 1, complete: false },
          ...{ identical: false, swappedInTies: 0, differences: ["1 hits and not 2"] },
        },
      ],
      documents: { cluster: 1, reference: 2, equal: false },
      held: false,
    },
  ],
  changes: [
    {
      ...{ name: "add", cluster: "failed", reference: "succeeded", degraded: true },
      ...{ indebted: ["node-2"], degradedShards: [3, 5] },
    },
  ],
  indebtedShards: [3, 5],
  seconds: 1,
  held: false,
};

it("the report shows what did not hold, and which shards are owed", () => {
  const text = renderReport(REPORT, false);
  expect(text).toContain("1 hits and not 2");
  expect(text).toContain("0/1");
  expect(text).toContain("1 against 2, not all equal");
  expect(text).toContain("indebted shards of node-2: 3 5");
  expect(text).toMatch(/something did not hold$/);
});

it("the report has colours only when they are wanted, and the same text either way", () => {
  const plain = renderReport(REPORT, false);
  const coloured = renderReport(REPORT, true);
  expect(stripVTControlCharacters(plain)).toBe(plain);
  expect(coloured).not.toBe(plain);
  expect(stripVTControlCharacters(coloured)).toBe(plain);
});
