import { describe, expect, it } from "vitest";
import { byteSizeText, parseByteSize } from "../../../src/merge/byte-size.ts";

describe("sizes in tasks", () => {
  it("are read and written as the server does, in the largest unit of either kind that fits", () => {
    const sizes: readonly (readonly [string, number])[] = [
      ["0 B", 0],
      ["108 KiB", 110_592],
      ["1.00352 MB", 1_003_520],
      ["1.26171875 MiB", 1_323_008],
      ["2 GiB", 2 ** 31],
    ];
    for (const [text, bytes] of sizes) {
      expect(parseByteSize(text)).toBe(bytes);
      expect(byteSizeText(bytes)).toBe(text);
    }
    for (const text of ["", "undefined", "null", "5", "KiB", "5 XB"]) expect(parseByteSize(text)).toBeUndefined();
  });
});
