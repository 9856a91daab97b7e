import type { LineChart } from "../findings.ts";
import { escaped, svg } from "./markup.ts";
import { type Scale, scaleOf } from "./scale.ts";

const WIDTH = 720;
const HEIGHT = 320;
const LEFT = 56;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 44;

/** Lines over one axis, with a legend below. */
export function drawLines({ title, x, y, lines, mark }: LineChart): string {
  const points = lines.flatMap((line) => line.points);
  const across = scaleOf(x.scale, points.map(([value]) => value).concat(mark?.at ?? []));
  const up = scaleOf(
    y.scale,
    points.map(([, value]) => value),
  );
  const left = (value: number) => round(LEFT + across.place(value) * (WIDTH - LEFT - RIGHT));
  const top = (value: number) => round(HEIGHT - BOTTOM - up.place(value) * (HEIGHT - TOP - BOTTOM));
  const paths = lines.map(({ points: of }, position) => {
    const path = of.map(([px, py], at) => `${at === 0 ? "M" : "L"}${left(px)} ${top(py)}`).join("");
    return `<path class="line s${position % 10}" d="${path}"/>`;
  });
  const marked = mark === undefined ? "" : markAt(left(mark.at), mark.label);
  const picture = [...grid({ across, up, left, top }), ...labels(x.label, y.label), marked, ...paths].join("");
  return svg({ width: WIDTH, height: HEIGHT, title }, picture) + legend(lines.map(({ name }) => name));
}

/** Names with the colours of their parts. */
export function legend(names: readonly string[]): string {
  const items = names.map((name, position) => `<li><i class="s${position % 10}"></i>${escaped(name)}</li>`);
  return `<ul class="legend">${items.join("")}</ul>`;
}

interface Placed {
  readonly across: Scale;
  readonly up: Scale;
  left(value: number): number;
  top(value: number): number;
}

function grid({ across, up, left, top }: Placed): string[] {
  const bottom = HEIGHT - BOTTOM;
  const columns = across.ticks.map(({ value, label }) => {
    const at = left(value);
    return `<path class="grid" d="M${at} ${TOP}V${bottom}"/><text x="${at}" y="${bottom + 16}" text-anchor="middle">${label}</text>`;
  });
  const rows = up.ticks.map(({ value, label }) => {
    const at = top(value);
    return `<path class="grid" d="M${LEFT} ${at}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${label}</text>`;
  });
  return [...columns, ...rows];
}

function labels(x: string, y: string): string[] {
  const middle = (HEIGHT - BOTTOM + TOP) / 2;
  return [
    `<text x="${(WIDTH + LEFT - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(x)}</text>`,
    `<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`,
  ];
}

function markAt(at: number, label: string): string {
  return `<path class="mark" d="M${at} ${TOP}V${HEIGHT - BOTTOM}"/><text x="${at + 4}" y="${TOP + 10}">${escaped(label)}</text>`;
}

function round(position: number): number {
  return Math.round(position * 10) / 10;
}
