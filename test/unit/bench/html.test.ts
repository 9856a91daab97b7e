import { describe, expect, it } from "vitest";
import { type BenchReport, reportOf } from "../../../bench/report/bench-report.ts";
import { renderHtml } from "../../../bench/report/html.ts";

function report(name: string): BenchReport {
  return reportOf({ command: "npm run bench", nodeSource: "none", size: "quick", notes: [] }, [
    {
      name: "page",
      title: "A page",
      results: [{ name, value: 1, unit: "ms" }],
      charts: [
        {
          ...{ kind: "lines", title: "Latency", caption: "" },
          x: { label: "share", scale: "share" },
          y: { label: "ms", scale: "log" },
          lines: [{ name, points: [[0, 1] as const, [0.99, 20] as const] }],
        },
        {
          ...{ kind: "bars", title: "CPU", caption: "", unit: "µs" },
          parts: ["a", "b"],
          bars: [{ name, values: [1, 2] }],
        },
      ],
    },
  ]);
}

describe("renderHtml", () => {
  it("needs nothing from elsewhere: no script, no style sheet, no picture, no font", () => {
    const html = renderHtml(report("page p50"));
    expect(html).not.toMatch(/<script|<link|<img|src=|@import|url\(/);
    expect(html.match(/<svg /g)).toHaveLength(2);
  });

  it("shows names as they are, whatever they contain", () => {
    const html = renderHtml(report('<b>"&"</b>'));
    expect(html).not.toContain("<b>");
    expect(html).toContain("&lt;b&gt;&quot;&amp;&quot;&lt;/b&gt;");
  });

  it("draws no point outside the picture, and none that is no number", () => {
    const html = renderHtml(report("page p50"));
    expect(html).not.toContain("NaN");
    for (const [, path = ""] of html.matchAll(/class="line s\d" d="([^"]*)"/g)) {
      for (const [, x, y] of path.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)) {
        expect(Number(x)).toBeGreaterThanOrEqual(0);
        expect(Number(x)).toBeLessThanOrEqual(720);
        expect(Number(y)).toBeGreaterThanOrEqual(0);
        expect(Number(y)).toBeLessThanOrEqual(320);
      }
    }
  });
});
