import { expect, it } from "vitest";
import { runProgram } from "./run-program.ts";

it("an InstantSearch page is answered the same before and after, and with a server killed", {
  timeout: 60_000,
}, async () => {
  const { code, stdout, stderr } = await runProgram("examples/instant-search/main.ts");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const lines = stdout.trim().split("\n");
  expect(lines.map((line) => line.split(":")[0])).toEqual([
    ...Array.from({ length: 5 }, () => "three servers"),
    ...Array.from({ length: 5 }, () => "one of them killed"),
  ]);
  for (const line of lines) expect(line).toMatch(/: same answer .*"(?:nbHits|facetHits)":(?:[1-9]|\[\{)/);
  expect(lines[1]).toContain("Life __ais-highlight__Aquatic");
});
