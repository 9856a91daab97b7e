import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("docs/errors.md", () => {
  const inCode = [...read("src/core/errors.ts").matchAll(/\| "(miroir_[a-z_]+)"/g)].map((match) => match[1]);
  const inDocs = [...read("docs/errors.md").matchAll(/^\| <a id="(miroir_[a-z_]+)">/gm)].map((match) => match[1]);

  it("has a row for every code that the library throws, and none for others", () => {
    expect(inCode.length).toBeGreaterThan(5);
    expect(inDocs).toEqual(inCode);
  });
});

describe("docs/guarantees.md", () => {
  const rows = read("docs/guarantees.md")
    .split("\n")
    .flatMap((line) => /\| `(test\/[^`]+)` › (.+?) \|$/.exec(line)?.slice(1) ?? []);

  it("names tests that exist", () => {
    expect(rows.length).toBeGreaterThan(20);
    for (let at = 0; at < rows.length; at += 2) {
      const [file = "", name = ""] = rows.slice(at, at + 2);
      expect(existsSync(new URL(`../../${file}`, import.meta.url)), file).toBe(true);
      expect(read(file), `${file} has a test named "${name}"`).toContain(name);
    }
  });
});

describe("README.md", () => {
  const readme = read("README.md");

  it("links only to files that exist", () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? "");
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect(existsSync(new URL(`../../${link}`, import.meta.url)), link).toBe(true);
  });

  it("shows the quick start that is run in examples/quick-start", () => {
    const shown = /```ts\n([\s\S]*?)```/.exec(readme)?.[1]?.trim();
    const run = read("examples/quick-start/main.ts")
      .replaceAll("../../src/index.ts", "miroir")
      .replaceAll("../../src/testing/index.ts", "miroir/testing");
    expect(run).toContain(shown ?? "a README without an example");
  });
});
