import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/metrics.md");
const specs = Object.values(CATALOGUE);

describe("docs/metrics.md", () => {
  it("has a row for every family of metrics, and none for others", () => {
    const rows = [...page.matchAll(/^\| `(miroir_\w+)` \| (\w+) \| (.*?) ?\| (.*) \|$/gm)].map((row) => row.slice(1));
    const expected = specs.map(({ name, kind, labels, help }) => [
      name,
      kind,
      labels.map((label) => `\`${label}\``).join(", "),
      help,
    ]);
    expect(rows).toEqual(expected);
  });

  it("names every bucket of calls and of nodes", () => {
    for (const [what, family] of [
      ["Buckets of calls", CATALOGUE.requestDuration],
      ["Of nodes and store", CATALOGUE.nodeRequestDuration],
    ] as const) {
      const [, list = ""] = new RegExp(`${what}: (.*?)\\.(?:\\s[A-Z]|\\n\\n)`, "s").exec(page) ?? [];
      const [short = "", long = ""] = list.split("1 s");
      const numbers = (text: string) => [...text.matchAll(/[\d.]+/g)].map(([number]) => Number(number));
      expect([...numbers(short).map((ms) => ms / 1000), 1, ...numbers(long)]).toEqual(family.bounds);
    }
  });

  it("lists every operation", () => {
    const inCode = [...read("src/telemetry/operation-name.ts").matchAll(/^ {2}\| "(\w+)"/gm)].map((match) => match[1]);
    const [, list = ""] = /`operation` is one of a fixed list: (.*?)\.\n/s.exec(page) ?? [];
    expect([...list.matchAll(/`(\w+)`/g)].map((match) => match[1])).toEqual(inCode);
    expect(inCode.length).toBeGreaterThan(10);
  });
});
