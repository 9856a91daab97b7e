import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { walkStamps } from "../../../src/execute/repair/walk-stamps.ts";
import { documentId } from "../../../src/routing/payload/identify.ts";
import type { RawRecord } from "../../../src/routing/payload/raw-document.ts";

const record = (id: number, stamp: string): RawRecord => ({
  fields: [
    { key: "id", rawValue: String(id) },
    { key: "_miroir_version", rawValue: JSON.stringify(stamp) },
  ],
});

/** A node that knows the filters of a walk, and how often it was asked. */
function nodeWith(stamps: readonly string[]) {
  const asked: JsonObject[] = [];
  const fetch = async (body: JsonObject) => {
    asked.push(body);
    const [, operator, bound = ""] = /_miroir_version (EXISTS|>=|>)(?: "(.*)")?$/.exec(String(body["filter"])) ?? [];
    const isIn = (stamp: string) => operator === "EXISTS" || stamp > bound || (operator === ">=" && stamp === bound);
    const found = stamps.map((stamp, id) => ({ id, stamp })).filter(({ stamp }) => isIn(stamp));
    found.sort((a, b) => (a.stamp === b.stamp ? a.id - b.id : a.stamp < b.stamp ? -1 : 1));
    const records = found.slice(0, Number(body["limit"])).map(({ id, stamp }) => record(id, stamp));
    return { records, total: found.length };
  };
  return { asked, fetch };
}

async function walked(stamps: readonly string[], limit: number, from?: string) {
  const node = nodeWith(stamps);
  const pages: { ids: string[]; through: string }[] = [];
  for await (const { records, through } of walkStamps({ ...node, filter: "mine", limit, ...(from && { from }) })) {
    pages.push({ ids: records.map((each) => documentId(each, "id")), through });
  }
  return { pages, asked: node.asked };
}

describe("walkStamps()", () => {
  it("leaves a stamp that a page ends within to the next page", async () => {
    const { pages } = await walked(["a", "b", "b", "c", "d"], 3);
    expect(pages).toEqual([
      { ids: ["0"], through: "a" },
      { ids: ["1", "2"], through: "b" },
      { ids: ["3", "4"], through: "d" },
    ]);
  });

  it("skips nothing when one stamp fills page after page", async () => {
    const stamps = ["a", ...Array.from({ length: 50 }, () => "b"), "c"];
    const { pages, asked } = await walked(stamps, 4);
    expect(pages.map(({ ids, through }) => [ids.length, through])).toEqual([
      [1, "a"],
      [51, "c"],
    ]);
    expect(asked.map(({ limit }) => limit)).toEqual([4, 4, 8, 16, 32, 64]);
  });

  it("visits every document once, whatever the stamps and the size of pages", async () => {
    for (let limit = 1; limit <= 12; limit++) {
      for (let spread = 1; spread <= 12; spread++) {
        const stamps = Array.from({ length: 40 }, (_, id) => String.fromCharCode(97 + ((id * 7) % spread)));
        const { pages } = await walked(stamps, limit);
        const ids = pages.flatMap((page) => page.ids).map(Number);
        expect(
          ids.toSorted((a, b) => a - b),
          `limit ${limit}, ${spread} stamps`,
        ).toEqual(stamps.map((_, id) => id));
      }
    }
  });

  it("begins with the stamp that it is told, which is included", async () => {
    const { pages, asked } = await walked(["a", "b", "b", "c"], 10, "b");
    expect(pages.flatMap(({ ids }) => ids)).toEqual(["1", "2", "3"]);
    expect(asked[0]?.["filter"]).toBe('mine AND _miroir_version >= "b"');
  });

  it("answers no page where there is nothing", async () => {
    expect((await walked([], 5)).pages).toEqual([]);
  });
});
