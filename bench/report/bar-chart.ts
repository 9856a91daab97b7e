import type { BarChart } from "../findings.ts";
import { legend } from "./line-chart.ts";
import { escaped, svg } from "./markup.ts";
import { scaleOf } from "./scale.ts";
import { shown } from "./shown.ts";

const WIDTH = 720;
const NAMES = 270;
const RIGHT = 60;
const ROW = 26;
const BAR = 16;

/** Bars made of parts, one below the other. */
export function drawBars({ title, unit, parts, bars }: BarChart): string {
  const totals = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const scale = scaleOf("linear", totals);
  const long = (value: number) => Math.round(scale.place(value) * (WIDTH - NAMES - RIGHT) * 10) / 10;
  const rows = bars.map(({ name, values }, position) => {
    const y = position * ROW + 4;
    let x = NAMES;
    const rects = values.map((value, part) => {
      const rect = `<rect class="s${part % 10}" x="${x}" y="${y}" width="${long(value)}" height="${BAR}"><title>${escaped(`${parts[part]}: ${shown(value)} ${unit}`)}</title></rect>`;
      x += long(value);
      return rect;
    });
    const label = `<text x="${NAMES - 8}" y="${y + 12}" text-anchor="end">${escaped(name)}</text>`;
    return `${label}${rects.join("")}<text x="${x + 6}" y="${y + 12}">${shown(totals[position] ?? 0)} ${unit}</text>`;
  });
  return svg({ width: WIDTH, height: bars.length * ROW + 4, title }, rows.join("")) + legend(parts);
}
