import { describe, expect, it } from "vitest";
import { attachMeta, type Meta, metaOf } from "../../../src/core/meta.ts";

const meta: Meta = { nodes: ["a"], degraded: false, exact: true, reasons: [], failures: [] };

describe("attachMeta", () => {
  it("hides behind the body: neither equality, keys, JSON nor copies see it", () => {
    const body = attachMeta({ hits: [] }, meta);
    expect(metaOf(body)).toBe(meta);
    expect(body).toEqual({ hits: [] });
    expect(body).toStrictEqual({ hits: [] });
    expect(Object.keys(body)).toEqual(["hits"]);
    expect(JSON.stringify(body)).toBe('{"hits":[]}');
    expect(metaOf({ ...body })).toBeUndefined();
  });

  it("can be renewed, and leaves what is no object alone", () => {
    const body = attachMeta({}, meta);
    const other = { ...meta, degraded: true };
    expect(metaOf(attachMeta(body, other))).toBe(other);
    expect(attachMeta(undefined, meta)).toBeUndefined();
    expect(attachMeta(null, meta)).toBeNull();
    expect(attachMeta("text", meta)).toBe("text");
    expect(metaOf(attachMeta({}, undefined))).toBeUndefined();
    for (const value of [undefined, null, 7, "x"]) expect(metaOf(value)).toBeUndefined();
  });
});
