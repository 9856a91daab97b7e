import { expect, it } from "vitest";
import type { DemoReport } from "../../examples/demo/story.ts";
import { runProgram } from "./run-program.ts";

it("the quick start finds a movie on three nodes and shows the metadata", { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await runProgram("examples/quick-start/main.ts");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^embedded node.* 3 inside this process\n/);
  expect(stdout).toContain("Wonder Woman");
  expect(stdout).not.toContain("Carol");
  expect(stdout).toMatch(/degraded: false,\s+exact: true/);
});

it("the demo holds everything it promises, and says so as one JSON document", { timeout: 120_000 }, async () => {
  const { code, stdout, stderr } = await runProgram("examples/demo/main.ts", "--json");
  const report = JSON.parse(stdout) as DemoReport;
  const differences = report.stages.flatMap(({ rows }) => rows.flatMap((row) => row.differences));
  expect({ differences, held: report.held, code }).toEqual({ differences: [], held: true, code: 0 });
  expect(report.source).toMatch(/3 child processes$/);
  expect(report.documents).toBe(3201);
  expect(report.stages.map(({ name, identical }) => [name, identical])).toEqual([
    ["all nodes up", 20],
    ["one node killed", 20],
    ["after writes without it", 20],
  ]);
  expect(report.stages.flatMap(({ rows }) => rows).filter(({ hits }) => hits === 0)).toEqual([]);
  expect(report.killed.isGone).toBe(true);
  expect(report.changes.map(({ degraded, indebted }) => ({ degraded, indebted }))).toEqual(
    report.changes.map(() => ({ degraded: true, indebted: [report.killed.id] })),
  );
  expect(report.indebtedShards.length).toBeGreaterThan(0);
  expect(stderr).not.toContain("\r");
});

it("the demo refuses arguments it does not know", async () => {
  const { code, stdout, stderr } = await runProgram("examples/demo/main.ts", "--jsn");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("usage: npm run demo");
});
