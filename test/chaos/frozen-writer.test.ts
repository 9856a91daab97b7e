import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { repairCluster, startJob, verifyCluster, type Wish } from "../../src/jobs/index.ts";
import { startLoad, UID } from "../support/chaos-load.ts";
import type { ToldWrite } from "../support/child/write-until-stopped.ts";
import { DocumentRegister } from "../support/document-register.ts";
import { eventually } from "../support/eventually.ts";
import { printedSeed } from "../support/printed-seed.ts";
import { type ProcessCluster, startProcessCluster } from "../support/process-cluster.ts";
import { TIME_FACTOR } from "../support/real-servers.ts";

const seed = printedSeed("frozen writer");
const PROGRAM = fileURLToPath(new URL("../support/child/write-until-stopped.ts", import.meta.url));

/** Longer than the lease under which a process writes. */
const FROZEN_MS = 12_000;

interface Writer {
  readonly child: ChildProcess;
  /** In the order in which they ended. */
  readonly writes: readonly ToldWrite[];
}

/** An application of its own that writes; it ends with the test. */
function startWriter({ store }: ProcessCluster): Writer {
  const tsx = import.meta.resolve("tsx");
  const child = spawn(process.execPath, ["--import", tsx, PROGRAM, store, UID], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const writes: ToldWrite[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => writes.push(JSON.parse(line) as ToldWrite));
  onTestFinished(() => end(child));
  return { child, writes };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "close");
  child.kill("SIGTERM");
  await exit;
}

function acknowledged(writes: readonly ToldWrite[]): ToldWrite[] {
  return writes.filter(({ code }) => code === undefined);
}

describe(`an application that freezes for longer than its lease while shards move (SEED=${seed})`, () => {
  it("is not told that what it wrote before counts, loses nothing, and writes on", {
    timeout: 90_000 * TIME_FACTOR,
  }, async () => {
    const cluster = await startProcessCluster({ spares: 1 });
    const load = await startLoad(cluster, seed, { writeTimeoutMs: 4000 });
    const { child, writes } = startWriter(cluster);
    await eventually(() => expect(acknowledged(writes).length).toBeGreaterThan(20), 20_000);
    const wish: Wish = { kind: "node add", nodes: [{ id: "new", url: cluster.spares[0]?.url ?? "" }] };
    child.kill("SIGSTOP");
    const frozenAt = Date.now();
    const running = startJob(cluster.config, wish, { holdTimeoutMs: 2000 });
    await pause(FROZEN_MS);
    // Where it was stopped between two owners, only a comparison tells: nobody wrote down what one of them missed.
    await verifyCluster(cluster.config, { repair: true });
    const job = await running;
    expect(job, job.error).toMatchObject({ state: "done", purges: [] });
    const resumedAt = Date.now();
    child.kill("SIGCONT");
    const late = () => writes.filter(({ startedAt, endedAt }) => startedAt <= frozenAt && endedAt >= resumedAt);
    await eventually(() => {
      expect(acknowledged(writes).filter(({ startedAt }) => startedAt > resumedAt).length).toBeGreaterThan(20);
    }, 20_000);
    process.stdout.write(`late answers: ${late().map(({ code }) => code)}\n`);
    expect(late()).not.toEqual([]);
    expect(acknowledged(late())).toEqual([]);
    await end(child);
    await eventually(async () => expect(await repairCluster(cluster.config)).toEqual([]), 20_000);
    await load.expectSound();
    await expectKept(cluster, writes);
  });
});

/** Documents are what the writes that were told of allow. */
async function expectKept({ connect }: ProcessCluster, writes: readonly ToldWrite[]): Promise<void> {
  const register = new DocumentRegister();
  for (const { id, version, code } of writes) {
    if (code === undefined) register.acknowledged(id, () => ({ id, version }));
    else register.unknown(id, () => ({ id, version }));
  }
  for (const id of register.ids) {
    const document = await connect().index(UID).getDocument(id);
    expect(register.allows(id, document), `${JSON.stringify(document)}, not ${register.describe(id)}`).toBe(true);
  }
}
