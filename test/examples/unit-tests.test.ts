import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";

const FOLDER = fileURLToPath(new URL("../../examples/unit-test-with-embedded-node", import.meta.url));
const PAGE = fileURLToPath(new URL("../../docs/unit-tests.md", import.meta.url));
const VITEST = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

it("the unit tests of the example pass", { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [VITEST, "run", "--root", FOLDER], { stdio: ["ignore", "pipe", "pipe"] });
  const exit = once(child, "exit") as Promise<[number | null]>;
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(stripVTControlCharacters(output)).toMatch(/Tests +5 passed \(5\)/);
});

it("docs/unit-tests.md shows the code that the example runs", () => {
  const run = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(FOLDER, name), "utf8").replaceAll("../../src/testing/index.ts", "miroir/testing"))
    .join("\n");
  const shown = [...readFileSync(PAGE, "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code.trim());
  expect(shown.length).toBeGreaterThanOrEqual(4);
  const paragraphs = shown.flatMap((code) => code.split(/\n\n(?=\S)/));
  for (const paragraph of paragraphs) expect(run).toContain(paragraph);
});
