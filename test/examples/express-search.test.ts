import { expect, it } from "vitest";
import { runProgram } from "./run-program.ts";

it("the Express application answers the same before and after, and with a server killed", {
  timeout: 60_000,
}, async () => {
  const { code, stdout, stderr } = await runProgram("examples/express-search/main.ts");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const lines = stdout.trim().split("\n");
  expect(lines.map((line) => line.split(":")[0])).toEqual([
    ...Array.from({ length: 4 }, () => "three servers"),
    ...Array.from({ length: 4 }, () => "one of them killed"),
  ]);
  for (const line of lines) expect(line).toMatch(/same answer \{"status":200,"body":\{"movies":\[\{"id":/);
  expect(lines[0]).toContain("The Life Aquatic");
});
