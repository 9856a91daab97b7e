import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { metaOf } from "../../src/index.ts";
import { Histogram } from "../histogram.ts";
import type { WorkloadSearch } from "../workloads.ts";
import type { OpenLoop, OpenLoopMeasure } from "./protocol.ts";

/** A timer may be late by as much, in milliseconds. */
const TIMER_SLACK_MS = 1.5;

/**
 * Begins searches at fixed times, however long the ones before take, and counts each latency from when the search was to
 * begin: a client that stalls is charged with everybody who waited meanwhile.
 */
export async function openLoop(
  next: () => WorkloadSearch,
  search: (search: WorkloadSearch) => Promise<unknown>,
  { ratePerSecond, seconds }: OpenLoop,
): Promise<OpenLoopMeasure> {
  const perSecond = Array.from({ length: seconds }, () => newSecond());
  const failures: Record<string, number> = {};
  const firstAt = performance.now() + 20;
  const underWay: Promise<void>[] = [];
  for (let position = 0; position < ratePerSecond * seconds; position++) {
    const intendedAt = firstAt + (position * 1000) / ratePerSecond;
    const second = perSecond[Math.floor(position / ratePerSecond)] ?? newSecond();
    await until(intendedAt);
    const settled = search(next()).then(
      (result) => {
        second.latencies.record(performance.now() - intendedAt);
        const read = metaOf(result)?.read;
        second.answers += read?.answers.length ?? 0;
        second.requests += read?.requests ?? 0;
      },
      (error: unknown) => {
        second.failed += 1;
        const code = codeOf(error);
        failures[code] = (failures[code] ?? 0) + 1;
      },
    );
    underWay.push(settled);
  }
  await Promise.all(underWay);
  return {
    startedAt: performance.timeOrigin + firstAt,
    seconds: perSecond.map((second) => ({ ...second, latencies: second.latencies.entries() })),
    failures,
  };
}

function newSecond() {
  return { latencies: new Histogram(), failed: 0, answers: 0, requests: 0 };
}

async function until(time: number): Promise<void> {
  const left = time - performance.now();
  if (left > TIMER_SLACK_MS) await pause(left - TIMER_SLACK_MS);
  while (performance.now() < time) await turn();
}

function codeOf(error: unknown): string {
  const { cause, code, name } = error as { cause?: { code?: string }; code?: string; name?: string };
  return cause?.code ?? code ?? name ?? "unknown";
}
