import { miroirOn, OFFICIAL, UNCOMPRESSED } from "../lab/entrants.ts";
import { latenciesOf } from "../lab/tail-rig.ts";
import { type BenchResult, comparedToFirst } from "../measure.ts";
import type { Scenario } from "./scenario.ts";

/** Four writes of 50 documents a second. */
const WRITES = { writesPerSecond: 4, documents: 50 };

/** Searches at fixed times while the same client writes, so that nodes index and caches change under them. */
export const mixed: Scenario = {
  name: "mixed",
  title: `Searches at fixed times while ${WRITES.writesPerSecond} × ${WRITES.documents} documents a second are written`,
  async run(lab) {
    const { ratePerSecond, loadSeconds } = lab.size;
    const seconds = loadSeconds * 2;
    const p50: BenchResult[] = [];
    const p99: BenchResult[] = [];
    const failures: BenchResult[] = [];
    const contestants = await lab.contestants([OFFICIAL, UNCOMPRESSED, miroirOn(1), miroirOn(4), miroirOn(4, 2)]);
    await lab.warm(contestants, "page");
    for (const { name, worker } of contestants) {
      await worker.ask("startWriting", WRITES);
      const measured = await worker.ask("openLoop", { workload: "page", ratePerSecond: ratePerSecond / 2, seconds });
      const { failed } = await worker.ask("stopWriting", null);
      const latencies = latenciesOf(measured, 0);
      p50.push({ name: `mixed p50: ${name}`, value: latencies.quantile(0.5), unit: "ms" });
      p99.push({ name: `mixed p99: ${name}`, value: latencies.quantile(0.99), unit: "ms" });
      failures.push({ name: `mixed failed writes: ${name}`, value: failed, unit: "writes" });
    }
    return { results: [...comparedToFirst(p50), ...comparedToFirst(p99), ...failures] };
  },
};
