import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { RESERVED_SHARD, RESERVED_VERSION, shardTags } from "../../../src/routing/reserved.ts";
import { encodeStamp } from "../../../src/routing/stamp.ts";
import { cutReserved } from "../../../src/transport/cut-reserved.ts";

const OWN = {
  [RESERVED_SHARD]: shardTags(0xabc),
  [RESERVED_VERSION]: encodeStamp({ timeMs: 1_790_000_000_000, sequence: 3, derived: false, writer: 9 }),
};

const cut = (value: unknown): unknown =>
  JSON.parse(cutReserved(Buffer.from(JSON.stringify(value), "utf8")).toString("utf8"));

describe("cutReserved", () => {
  it("takes miroir's fields out of hits and of what is formatted, wherever they stand", () => {
    const hits = [
      { id: 1, title: "é 日本 ⦃", ...OWN },
      { ...OWN, id: 2 },
      { id: 3, ...OWN, title: "x", _formatted: { id: "3", ...OWN, title: "<em>x</em>" } },
      { ...OWN },
    ];
    expect(cut({ hits, query: "x" })).toEqual({
      hits: [
        { id: 1, title: "é 日本 ⦃" },
        { id: 2 },
        { id: 3, title: "x", _formatted: { id: "3", title: "<em>x</em>" } },
        {},
      ],
      query: "x",
    });
  });

  it("leaves texts alone that only look like its fields", () => {
    const raw = JSON.stringify(OWN);
    const documents = [
      { id: 1, text: raw, list: [raw, RESERVED_SHARD, `,"${RESERVED_VERSION}":"⦃"`], [`{"${RESERVED_SHARD}`]: "⦃" },
      { id: 2, text: `\\",${raw}`, query: `\\\\"${RESERVED_VERSION}":"⦃"` },
    ];
    expect(cut(documents)).toEqual(documents);
  });

  it("leaves fields alone whose values are not of the form that miroir writes", () => {
    const documents = [
      { [RESERVED_SHARD]: "⦃", [RESERVED_VERSION]: ["⦃"] },
      { [RESERVED_SHARD]: ["⦃…"], [RESERVED_VERSION]: "<em>⦃</em>" },
      { [RESERVED_SHARD]: [], _miroir_other: "⦃", [RESERVED_VERSION]: 3 },
    ];
    expect(cut(documents)).toEqual(documents);
  });

  it("ends at the end of an answer that was cut off", () => {
    const whole = Buffer.from(JSON.stringify({ id: 1, ...OWN }), "utf8");
    for (let length = 0; length < whole.length; length++) {
      const part = whole.subarray(0, length);
      expect(cutReserved(Buffer.from(part)).length).toBeLessThanOrEqual(length);
    }
  });
});
