import { describe, expect, it } from "vitest";
import { paintFor } from "../../../src/cli/terminal/paint.ts";
import { progressLine } from "../../../src/cli/terminal/progress.ts";
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

describe("a progress line", () => {
  /** A stream that keeps what it is sent, and a clock that goes by a second a look. */
  const setUp = (isTTY: boolean) => {
    const written: string[] = [];
    let timeMs = 0;
    const stream = { isTTY, write: (text: string) => written.push(text) };
    const clock = { monotonic: () => timeMs };
    const pass = (ms: number) => {
      timeMs += ms;
    };
    return { line: progressLine(stream, clock), written, pass };
  };

  it("shows how far it is, how fast it goes and how long it takes", () => {
    const { line, written, pass } = setUp(true);
    line.show("movies", { done: 0, total: 90_000, noun: "copies" });
    pass(10_000);
    line.show("movies", { done: 10_000, total: 90_000, noun: "copies" });
    line.end();
    expect(written).toEqual([
      "\r\u001b[Kmovies: 0 of 90,000 copies",
      "\r\u001b[Kmovies: 10,000 of 90,000 copies, 1,000 a second, 1:20 left",
      "\r\u001b[K",
    ]);
  });

  it("is written five times a second at most", () => {
    const { line, written, pass } = setUp(true);
    for (let step = 0; step < 100; step++) {
      line.say(`${step}`);
      pass(10);
    }
    expect(written).toHaveLength(5);
  });

  it("writes nothing where there is no terminal", () => {
    const { line, written } = setUp(false);
    line.show("movies", { done: 0, total: 1, noun: "copies" });
    line.say("waiting");
    line.end();
    expect(written).toEqual([]);
  });
});
