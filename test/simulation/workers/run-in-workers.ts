import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { MutantName } from "../mutants/mutants.ts";
import type { RunOptions, RunReport } from "../run-seed.ts";

/** How simulations are run in other processes. */
export interface WorkerOptions {
  readonly run: RunOptions;
  readonly workers: number;
  /** A bug to plant into their code. */
  readonly mutant?: MutantName | undefined;
}

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** Runs each seed in one of several processes, and tells of each as soon as it is over; false in return ends it all. */
export async function runInWorkers(
  seeds: Iterable<number>,
  { run, workers, mutant }: WorkerOptions,
  onReport: (report: RunReport) => boolean,
): Promise<void> {
  const left = seeds[Symbol.iterator]();
  let isOver = false;
  const work = async () => {
    const worker = start(mutant);
    try {
      for (let next = left.next(); next.done !== true && !isOver; next = left.next()) {
        if (!onReport(await ask(worker, { seed: next.value, run }))) isOver = true;
      }
    } finally {
      worker.kill();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** What a worker is asked for. */
export interface WorkerRequest {
  readonly seed: number;
  readonly run: RunOptions;
}

function start(mutant: MutantName | undefined): ChildProcess {
  const args = mutant === undefined ? [] : [mutant];
  return fork(WORKER, args, { execArgv: ["--import", "tsx"], serialization: "advanced" });
}

async function ask(worker: ChildProcess, request: WorkerRequest): Promise<RunReport> {
  const answered = new AbortController();
  const { signal } = answered;
  const ended = once(worker, "exit", { signal }).then(([code]: unknown[]) => {
    throw new Error(`the process that ran seed ${request.seed} ended with code ${code}`);
  });
  worker.send(request);
  try {
    const [report] = (await Promise.race([once(worker, "message", { signal }), ended])) as [RunReport];
    return report;
  } finally {
    ended.catch(() => undefined);
    answered.abort();
  }
}
