import type { Axis } from "../findings.ts";

/** Puts values on an axis. */
export interface Scale {
  /** From 0 at the low end to 1 at the high end. */
  place(value: number): number;
  /** Where lines are drawn, with what is written there. */
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

const SHARES = [0, 0.5, 0.9, 0.95, 0.99, 0.999];

/** A scale that shows all values: logarithmic ones end at the next 1, 2 or 5, linear ones begin at zero. */
export function scaleOf(kind: Axis["scale"], values: readonly number[]): Scale {
  const finite = values.filter(Number.isFinite);
  const [least, most] = finite.length === 0 ? [0, 1] : [Math.min(...finite), Math.max(...finite)];
  if (kind === "share") return shareScale(most);
  return kind === "log" ? logScale(least, most) : linearScale(most);
}

/** Shares of samples: each further nine takes the same room. */
function shareScale(most: number): Scale {
  const nines = (share: number) => -Math.log10(1 - share);
  const place = (share: number) => nines(share) / (nines(most) || 1);
  const ticks = SHARES.filter((share) => share <= most).map((value) => ({ value, label: `p${value * 100}` }));
  return { place, ticks };
}

function logScale(least: number, most: number): Scale {
  const steps = logSteps(Math.max(least, 1e-3), Math.max(most, 2e-3));
  const [low, high] = [steps[0] ?? 1, steps.at(-1) ?? 10];
  const place = (value: number) => Math.log(Math.max(value, low) / low) / Math.log(high / low);
  // Many steps would be written over one another: then only powers of ten are.
  const drawn = steps.length > 10 ? steps.filter((step) => Number.isInteger(Math.log10(step))) : steps;
  return { place, ticks: drawn.map(tick) };
}

/** 1, 2, 5, 10, … around a range; powers of two when it is one of counts. */
function logSteps(least: number, most: number): number[] {
  if (most > least && Number.isInteger(least) && Number.isInteger(Math.log2(most / least)) && most <= 64) {
    return Array.from({ length: Math.log2(most / least) + 1 }, (_, power) => least * 2 ** power);
  }
  const first = Math.floor(Math.log10(least));
  const all = Array.from({ length: Math.ceil(Math.log10(most)) - first + 1 }, (_, power) => 10 ** (first + power));
  const steps = all.flatMap((power) => [power, 2 * power, 5 * power]);
  const from = steps.findLastIndex((step) => step <= least);
  const to = steps.findIndex((step) => step >= most);
  return steps.slice(Math.max(0, from), Math.max(to, from + 1) + 1);
}

function linearScale(most: number): Scale {
  const rough = (most || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const count = Math.ceil((most || 1) / step);
  const ticks = Array.from({ length: count + 1 }, (_, position) => tick(position * step));
  return { place: (value) => value / (count * step), ticks };
}

function tick(value: number): { value: number; label: string } {
  return { value, label: String(Number(value.toPrecision(3))) };
}
