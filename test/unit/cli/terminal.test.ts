import { describe, expect, it } from "vitest";
import { paintFor } from "../../../src/cli/terminal/paint.ts";
import { tableLines } from "../../../src/cli/terminal/table.ts";

const plain = paintFor({ isTTY: false }, {});

describe("a table", () => {
  it("has headings, columns two blanks apart, numbers at the right, and no blank at a line's end", () => {
    const columns = [{ title: "node" }, { title: "shards", isNumber: true }, { title: "address" }];
    const rows = [
      ["a", 12_345, "http://10.0.0.1:7700"],
      ["a longer name", 7, ""],
    ];
    expect(tableLines(columns, rows, plain)).toEqual([
      "NODE           SHARDS  ADDRESS",
      "a              12,345  http://10.0.0.1:7700",
      "a longer name       7",
    ]);
  });

  it("keeps its columns in line when cells are coloured", () => {
    const coloured = paintFor({}, { FORCE_COLOR: "1" });
    const rows = [
      [{ text: "up", tone: "good" as const }, "x"],
      [{ text: "suspect", tone: "bad" as const }, "y"],
    ];
    const lines = tableLines([{ title: "state" }, { title: "last" }], rows, coloured);
    expect(lines[1]).not.toBe("up       x");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(lines.map((line) => line.replaceAll(/\u001b\[\d+m/g, ""))).toEqual([
      "STATE    LAST",
      "up       x",
      "suspect  y",
    ]);
  });
});

describe("colours", () => {
  it.each([
    ["a terminal", true, {}, true],
    ["a pipe", false, {}, false],
    ["a terminal with NO_COLOR", true, { NO_COLOR: "1" }, false],
    ["a pipe with FORCE_COLOR", false, { FORCE_COLOR: "1" }, true],
    ["a terminal with FORCE_COLOR=0", true, { FORCE_COLOR: "0" }, false],
  ])("of %s: %j", (_, isTTY, environment, isColoured) => {
    expect(paintFor({ isTTY }, environment)("bad", "down") !== "down").toBe(isColoured);
  });
});
