import { readFileSync } from "node:fs";
import * as official from "meilisearch";
import { describe, expect, it } from "vitest";
import * as miroir from "../../../src/index.ts";
import * as testing from "../../../src/testing/index.ts";

/** What the package promises to keep; a change of the list is a change of the public interface. */
const promised = JSON.parse(readFileSync(new URL("../../fixtures/public-exports.json", import.meta.url), "utf8")) as {
  readonly miroir: readonly string[];
  readonly testing: readonly string[];
};

const ownTypes = (file: string) => {
  const source = readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8");
  return [...source.matchAll(/export (type )?\{([^}]*)\}/g)]
    .flatMap(([, isTypes, names = ""]) =>
      names
        .split(",")
        .filter((name) => name.trim() !== "")
        .map((name) => (isTypes ? `type ${name.trim()}` : name.trim())),
    )
    .filter((name) => name.startsWith("type "))
    .map((name) => name.slice("type ".length));
};

describe("the public exports", () => {
  it("of miroir are those on the list, beside the official client's", () => {
    const own = Object.keys(miroir).filter((name) => !(name in official));
    expect([...own, ...ownTypes("index.ts")].sort()).toEqual(promised.miroir);
  });

  it("of miroir/testing are those on the list", () => {
    expect([...Object.keys(testing), ...ownTypes("testing/index.ts")].sort()).toEqual(promised.testing);
  });

  it("include everything that the official client exports", () => {
    for (const name of Object.keys(official)) expect(miroir).toHaveProperty(name);
  });
});
