import { describe, expect, it } from "vitest";
import type { Meta } from "../../../src/core/meta.ts";
import { markCutOff } from "../../../src/merge/cut-off.ts";

const META: Meta = { nodes: ["a"], degraded: false, exact: true, reasons: ["so"], failures: [] };

describe("markCutOff", () => {
  it.each([
    [150, 149, false],
    [150, 150, true],
    [150, 700, true],
    [null, 1499, false],
    [null, 1500, true],
    [undefined, 1500, true],
  ])("of a search with the setting %j that took %i ms: %j", (setting, processingTimeMs, isMarked) => {
    const marked = markCutOff(META, { processingTimeMs }, setting);
    expect(marked.mayBeCutOff === true).toBe(isMarked);
    expect([marked.exact, marked.reasons.length]).toEqual(isMarked ? [false, 2] : [true, 1]);
  });

  it("leaves an answer alone that has no time", () => {
    expect(markCutOff(META, {}, 1)).toBe(META);
  });
});
