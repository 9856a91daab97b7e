import type { Chart, Line } from "../findings.ts";
import { Histogram } from "../histogram.ts";
import { type Break, latenciesOf, type TailMeasure, TailRig } from "../lab/tail-rig.ts";
import type { BenchResult } from "../measure.ts";
import type { OpenLoopMeasure } from "../worker/protocol.ts";
import type { Scenario } from "./scenario.ts";
import { shareCurve } from "./share-curve.ts";

/** Time that a client may need to notice, in seconds. */
const NOTICE_SECONDS = 2;

/** The shortest hedge delay there is, in milliseconds. */
const HEDGE_FLOOR_MS = 10;

/** A fault of one of four nodes, or of all. */
export interface TailFault {
  readonly name: string;
  /** What is wrong, as it is said in a title: "one of four nodes 500 ms slower". */
  readonly what: string;
  readonly breakIt: Break;
  /** Whether clients reach the nodes without ports between that count. */
  readonly isDirect?: boolean;
  /** Whether it matters how far the tail is from the shortest that hedging allows. */
  readonly isHedgedForSure?: boolean;
}

type Variant = readonly [name: string, measured: TailMeasure];

/** Searches at fixed times before and during a fault, by a client that hedges and by one that does not. */
export function tailScenario({ name, what, breakIt, isDirect = false, isHedgedForSure = false }: TailFault): Scenario {
  return {
    name,
    title: `RF 2, ${what}, with and without hedging`,
    async run(lab) {
      const rig = await TailRig.open(lab);
      const variants: Variant[] = [
        ["with hedging", await rig.measure(true, breakIt, isDirect)],
        ["without hedging", await rig.measure(false, breakIt, isDirect)],
      ];
      const results = variants.flatMap(([variant, measured]) => resultsOf(name, variant, measured));
      const beyond = isHedgedForSure ? variants.map((variant) => beyondHedging(name, variant)) : [];
      return { results: [...results, ...beyond], charts: chartsOf(what, variants) };
    },
  };
}

function resultsOf(title: string, variant: string, measured: TailMeasure): BenchResult[] {
  const { healthy, faulty, noticed } = stretchesOf(measured);
  const [healthyP99, noticedP99] = [healthy.quantile(0.99), noticed.quantile(0.99)];
  const from = Math.floor(measured.faultAt);
  const failed = measured.seconds.reduce((sum, second) => sum + second.failed, 0);
  const figure = (what: string, value: number, unit: string) => ({ name: `${title} ${what}: ${variant}`, value, unit });
  return [
    figure("healthy p99", healthyP99, "ms"),
    figure("p99 of the fault", faulty.quantile(0.99), "ms"),
    figure("p99 from 2 s on", noticedP99, "ms"),
    figure("p99 from 2 s on over healthy p99", noticedP99 / healthyP99, "×"),
    figure("failed searches", failed, "searches"),
    figure("extra requests while healthy", extraPercent(measured.seconds.slice(0, from)), "%"),
    figure("extra requests in the fault", extraPercent(measured.seconds.slice(from)), "%"),
    ...(measured.requestsPerSearch === undefined
      ? []
      : [figure("requests per search in the fault", measured.requestsPerSearch.faulty, "requests")]),
  ];
}

/** What the tail has beyond waiting once for the hedge delay, which is the healthy p95, and then for a healthy node. */
function beyondHedging(title: string, [variant, measured]: Variant): BenchResult {
  const { healthy, faulty } = stretchesOf(measured);
  const expected = Math.max(HEDGE_FLOOR_MS, healthy.quantile(0.95)) + healthy.quantile(0.99);
  const name = `${title} p99 of the fault beyond hedge delay and healthy p99: ${variant}`;
  return { name, value: faulty.quantile(0.99) - expected, unit: "ms" };
}

/** The second in which the fault begins counts to it. */
function stretchesOf(measured: TailMeasure) {
  const from = Math.floor(measured.faultAt);
  return {
    healthy: latenciesOf(measured, 0, from),
    faulty: latenciesOf(measured, from),
    noticed: latenciesOf(measured, Math.ceil(measured.faultAt) + NOTICE_SECONDS),
  };
}

/** Requests to nodes beyond those whose answers were used. */
function extraPercent(seconds: OpenLoopMeasure["seconds"]): number {
  const sum = (of: "requests" | "answers") => seconds.reduce((total, second) => total + second[of], 0);
  return 100 * (sum("requests") / sum("answers") - 1);
}

function chartsOf(what: string, variants: readonly Variant[]): Chart[] {
  const faultAt = variants[0]?.[1].faultAt ?? 0;
  const seconds: Line[] = variants.map(([name, measured]) => ({
    name,
    points: measured.seconds
      .map(({ latencies }, second) => [second + 0.5, Histogram.merged([latencies]).quantile(0.99)] as const)
      .filter(([, p99]) => !Number.isNaN(p99)),
  }));
  const shares: Line[] = variants.map(([name, measured]) => ({
    name,
    points: shareCurve(stretchesOf(measured).faulty),
  }));
  const healthy = Histogram.merged(variants.map(([, measured]) => stretchesOf(measured).healthy.entries()));
  shares.push({ name: "before the fault", points: shareCurve(healthy) });
  return [
    {
      ...{ kind: "lines", title: `p99 of every second: ${what}`, lines: seconds },
      caption: "By the second in which a search was to begin; RF 2, searches at fixed times.",
      x: { label: "seconds", scale: "linear" },
      y: { label: "ms", scale: "log" },
      mark: { at: faultAt, label: "fault" },
    },
    {
      ...{ kind: "lines", title: `Latency: ${what}`, lines: shares },
      caption: "Of all searches from the fault on, and before it.",
      x: { label: "share of searches", scale: "share" },
      y: { label: "ms", scale: "log" },
    },
  ];
}
