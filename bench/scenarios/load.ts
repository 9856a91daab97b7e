import type { Line } from "../findings.ts";
import { Histogram } from "../histogram.ts";
import { mainEntrants } from "../lab/entrants.ts";
import { type BenchResult, comparedToFirst, roundRobin } from "../measure.ts";
import type { Scenario } from "./scenario.ts";
import { shareCurve } from "./share-curve.ts";

const QUANTILES = [0.5, 0.9, 0.99] as const;

/** Searches at fixed times, as users send them: latency is counted from when a search was to begin. */
export const load: Scenario = {
  name: "load",
  title: "A page of 20 small hits, searches at fixed times",
  async run(lab) {
    const { ratePerSecond, loadSeconds: seconds } = lab.size;
    const contestants = await lab.contestants(mainEntrants(lab.size));
    await lab.warm(contestants, "page");
    const measured = await roundRobin(contestants, 2, ({ worker }) =>
      worker.ask("openLoop", { workload: "page", ratePerSecond, seconds }),
    );
    const histograms = [...measured].map(([{ name }, turns]) => ({
      name,
      histogram: Histogram.merged(turns.flatMap((turn) => turn.seconds.map(({ latencies }) => latencies))),
    }));
    const results: BenchResult[] = QUANTILES.flatMap((q) =>
      comparedToFirst(
        histograms.map(({ name, histogram }) => {
          return { name: `load p${q * 100}: ${name}`, value: histogram.quantile(q), unit: "ms" };
        }),
      ),
    );
    const lines: Line[] = histograms.map(({ name, histogram }) => ({ name, points: shareCurve(histogram) }));
    return {
      results,
      charts: [
        {
          ...{ kind: "lines", title: "Latency of a page of 20 small hits", lines },
          caption: `${ratePerSecond} searches a second at fixed times, ${histograms[0]?.histogram.count ?? 0} by each client.`,
          x: { label: "share of searches", scale: "share" },
          y: { label: "ms", scale: "log" },
        },
      ],
    };
  },
};
