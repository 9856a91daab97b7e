import { type VerifyReport, verifyCluster } from "../../src/jobs/verify/verify-cluster.ts";
import type { SimulatedProcess } from "./cluster/simulated-process.ts";
import type { Caretaker } from "./workload/caretaker.ts";
import type { JobDriver } from "./workload/job-driver.ts";
import { OPERATOR } from "./workload/owners.ts";
import type { World } from "./world.ts";

/** Longest time that each part of healing may take, in milliseconds; a job that could not go on pauses for up to a minute. */
const LONGEST_HEALING_MS = 180_000;

/** After so long there may be a lock of a repair that a dead process left behind, and the time that it lasts, in milliseconds. */
const PATIENCE_MS = 30_000;
const LOCK_MS = 600_000;

/** What heals. */
export interface HealingOptions {
  readonly world: World;
  readonly caretaker: Caretaker;
  readonly jobs: JobDriver | undefined;
  /** After so long a process knows what others wrote down, in milliseconds. */
  readonly viewDelayMs: number;
  /** The processes that read and write. */
  users(): readonly SimulatedProcess[];
  /** Told of what does not heal. */
  report(violation: string): void;
}

/** Lets a cluster come to rest to which nothing happens any more. */
export class Healing {
  readonly #options: HealingOptions;

  constructor(options: HealingOptions) {
    this.#options = options;
  }

  /** Until every task is done and every debt is paid, so that replicas hold what they should. */
  async settle(): Promise<void> {
    const { timeline } = this.#options.world;
    await this.#until(async () => [...this.#options.caretaker.open, ...(await this.#findUnpaid())], PATIENCE_MS);
    // What was recorded last, the others learn a while later.
    await timeline.runUntil(() => false, timeline.nowMs + this.#options.viewDelayMs);
  }

  /** Until what nobody owed is found, and every job is over. */
  async verify(): Promise<void> {
    let report = await this.#verify();
    if ((await this.#findOpenJob()).length > 0) {
      await this.#until(() => this.#findOpenJob());
      report = await this.#verify();
    }
    if (report?.isSound !== true) {
      this.#options.report(`verified, repaired and not sound: ${JSON.stringify(report)}`);
    }
  }

  /** Lets time pass until some work has ended. */
  async finish<T>(work: () => Promise<T>, limitMs = 60_000): Promise<T | undefined> {
    const { timeline } = this.#options.world;
    let isDone = false;
    const working = work().finally(() => {
      isDone = true;
    });
    working.catch(() => undefined);
    if (await timeline.runUntil(() => isDone, timeline.nowMs + limitMs)) return working;
    this.#options.report("a call of the final look never ended");
    return undefined;
  }

  /** Waits until nothing is found any more; when that takes too long, as if a lock had run out. */
  async #until(find: () => Promise<string[]>, patienceMs = Number.POSITIVE_INFINITY): Promise<void> {
    const { world, report } = this.#options;
    const startedAtMs = world.timeline.nowMs;
    let isPatient = true;
    for (let found = await find(); found.length > 0; found = await find()) {
      const passedMs = world.timeline.nowMs - startedAtMs;
      if (passedMs > LONGEST_HEALING_MS) {
        for (const open of new Set(found)) report(`after healing there is still ${open}`);
        return;
      }
      await world.timeline.runUntil(() => false, world.timeline.nowMs + 1000);
      if (!isPatient || passedMs < patienceMs) continue;
      world.forward(LOCK_MS);
      isPatient = false;
    }
  }

  async #findUnpaid(): Promise<string[]> {
    const { world, users } = this.#options;
    const isBusy = [...world.wire.nodesById.values()].some((node) => !node.isIdle);
    const unpaid = isBusy ? ["a queue that is not empty"] : [];
    for (const process of users()) {
      const debts = await this.finish(() => debtsKnownTo(process).catch(() => undefined));
      if (debts === undefined) unpaid.push(`${process.name}, which has not met its cluster`);
      else
        unpaid.push(
          ...debts.map((debt) => `a debt of ${debt.node} for ${JSON.stringify(debt)} that ${process.name} knows of`),
        );
    }
    return unpaid;
  }

  #fail(error: Error): undefined {
    this.#options.report(`copies cannot be compared: ${error.message}`);
  }

  async #findOpenJob(): Promise<string[]> {
    const job = await this.#options.jobs?.pending();
    return job === undefined ? [] : [job];
  }

  /** Has all copies compared, and what differs without anybody owing it repaired, as an operator would. */
  #verify(): Promise<VerifyReport | undefined> {
    const { config, environment } = this.#options.world.start(OPERATOR);
    const options = { content: true, repair: true, environment };
    const verifying = () => verifyCluster(config, options);
    return this.finish(() => verifying().catch((error: Error) => this.#fail(error)), LONGEST_HEALING_MS);
  }
}

/** As its next call would find them. */
async function debtsKnownTo(process: SimulatedProcess) {
  const { debts, registry } = await process.session.cluster();
  await registry.refresh();
  return debts.ledger.list();
}
