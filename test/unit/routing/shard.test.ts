import { beforeAll, describe, expect, it } from "vitest";
import {
  decodeDigits,
  encodeDigits,
  hasDigit,
  isReserved,
  isShardCount,
  shardFilter,
  shardTag,
  shardTags,
} from "../../../src/routing/reserved.ts";
import { type Hasher, idHash, loadHasher, shardOf } from "../../../src/routing/shard.ts";
import vectors from "../../fixtures/vectors/shards.json" with { type: "json" };

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

describe("shard of an id", () => {
  it("hashes as XXH64 with seed 0 does elsewhere", () => {
    expect(hasher.hash("")).toBe(0xef46db3751d8e999n);
    expect(hasher.hash("a")).toBe(0xd24ec4f1a98c6e5bn);
    expect(hasher.hash("abc")).toBe(0x44bc2cf5ad770999n);
  });

  it.each(vectors.map((vector) => [vector.id.slice(0, 40), vector] as const))(
    "answers the vector of %s",
    (_, vector) => {
      const hash = hasher.hash(vector.id);
      expect(hash.toString(16).padStart(16, "0")).toBe(vector.xxh64);
      expect(idHash(hasher, vector.id)).toBe(vector.hash12);
      expect([shardOf(hash, 16), shardOf(hash, 64), shardOf(hash, 4096)]).toEqual([
        vector.shardOf16,
        vector.shardOf64,
        vector.shardOf4096,
      ]);
      expect(shardTags(vector.hash12)).toEqual(vector.tags);
    },
  );

  it("puts a child of a doubled shard where its parent was, plus the next bit", () => {
    for (const { id } of vectors) {
      const hash = hasher.hash(id);
      for (let shards = 16; shards < 4096; shards *= 2) {
        expect(shardOf(hash, 2 * shards) % shards).toBe(shardOf(hash, shards));
      }
    }
  });
});

describe("slot tags", () => {
  it("are one bracket for the level and three for the shard", () => {
    expect(shardTag(16, 15)).toBe(encodeDigits("000f"));
    expect(shardTag(64, 27)).toBe(encodeDigits("201b"));
    expect(shardTag(4096, 4095)).toBe(encodeDigits("8fff"));
  });

  it("cover every power of two from 16 to 4,096 and tell all of them apart", () => {
    const tags = shardTags(0xabc);
    expect(tags.map(decodeDigits)).toEqual(["000c", "101c", "203c", "303c", "40bc", "50bc", "62bc", "72bc", "8abc"]);
    const all = new Set(Array.from({ length: 4096 }, (_, hash) => shardTags(hash)).flat());
    expect(all.size).toBe(16 + 32 + 64 + 128 + 256 + 512 + 1024 + 2048 + 4096);
  });

  it("make a filter of the shards asked", () => {
    expect(shardFilter(64, [0, 27])).toBe(`_miroir_shard IN ["${shardTag(64, 0)}", "${shardTag(64, 27)}"]`);
  });
});

describe("reserved digits", () => {
  it("stand for the sixteen brackets from U+2983 and read back", () => {
    expect(encodeDigits("0f")).toBe("\u2983\u2992");
    expect(decodeDigits(encodeDigits("0123456789abcdef"))).toBe("0123456789abcdef");
    expect(() => decodeDigits("\u2993")).toThrow(RangeError);
    expect(hasDigit("a\u2992b")).toBe(true);
    expect(hasDigit("a\u2993b\u2982")).toBe(false);
  });

  it("belong to fields that start with miroir's prefix", () => {
    expect([isReserved("_miroir_shard"), isReserved("_miroir_x"), isReserved("_geo")]).toEqual([true, true, false]);
  });

  it("know which shard counts there are", () => {
    expect([16, 64, 4096].every(isShardCount)).toBe(true);
    expect([0, 8, 17, 64.5, 8192, Number.NaN].some(isShardCount)).toBe(false);
  });
});
