import { describe, expect, it } from "vitest";
import { durationBetween, earliest, latest } from "../../../src/merge/instant.ts";

describe("dates of the server", () => {
  it.each([
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "PT0S"],
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:01.5Z", "PT1.500S"],
    ["2026-01-01T00:00:00.000001Z", "2026-01-01T00:00:00.000013Z", "PT0.000012S"],
    ["2026-01-01T00:00:00.000000001Z", "2026-01-01T00:00:00.000000003Z", "PT0.000000002S"],
    ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "P1D"],
    ["2026-01-01T00:00:00Z", "2026-01-02T01:00:00.25Z", "P1DT3600.250S"],
    ["2026-01-01T01:00:00+01:00", "2026-01-01T00:00:02Z", "PT2S"],
    ["2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z", null],
  ])("from %s to %s is %s", (start, end, duration) => {
    expect(durationBetween(start, end)).toBe(duration);
  });

  it("are compared to the nanosecond", () => {
    const dates = [
      "2026-01-01T00:00:00.000000002Z",
      "2026-01-01T00:00:00.000000001Z",
      "2026-01-01T00:00:00.000000003Z",
    ];
    expect([earliest(dates), latest(dates)]).toEqual([dates[1], dates[2]]);
    expect([earliest([]), latest([])]).toEqual([undefined, undefined]);
  });

  it("must be dates", () => {
    expect(() => earliest(["yesterday", "today"])).toThrow("is not a date");
  });
});
