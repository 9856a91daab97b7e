import type { Promises } from "./checks/order.ts";
import { ReadChecker } from "./checks/readers.ts";
import { checkReplicas } from "./checks/replicas.ts";
import type { SimulatedProcess } from "./cluster/simulated-process.ts";
import { FaultPlan } from "./faults/fault-plan.ts";
import type { Victims } from "./faults/faults.ts";
import { Corpus } from "./workload/corpus.ts";
import { WriteJournal } from "./workload/journal.ts";
import { type Reading, User } from "./workload/user.ts";
import { World, WRITE_TIMEOUT_MS } from "./world.ts";

/** How a run is made. */
export interface RunOptions {
  /** Calls made of the cluster. */
  readonly operations: number;
  /** Keeps every event instead of the last ones. */
  readonly keepsAll?: boolean;
}

/** What came of a run. */
export interface RunReport {
  readonly seed: number;
  readonly operations: number;
  readonly simulatedMs: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly violations: readonly string[];
  readonly events: readonly string[];
  /** Equal for two runs in which the same happened. */
  readonly digest: string;
}

/**
 * After so long a process knows what others wrote down, in milliseconds: on nodes, twice the age at which it reads again,
 * and some; in a store, the longest time that it works without having asked there.
 */
const VIEW_DELAY_MS = { nodes: 8000, store: 13_000 } as const;

/** Longest time that a run may take, in milliseconds. */
const LONGEST_RUN_MS = 600_000;

/** Longest time that healing may take, in milliseconds, before and after the time that a dead process's lock of a repair lasts. */
const LONGEST_HEALING_MS = 120_000;
const PATIENCE_MS = 30_000;
const LOCK_MS = 600_000;

/** Runs one simulation: writes, reads and faults until all calls are made, then healing, then a look at everything. */
export async function runSeed(seed: number, options: RunOptions): Promise<RunReport> {
  const run = new Run(seed, options);
  await run.begin();
  await run.work();
  await run.heal();
  await run.check();
  return run.report();
}

class Run {
  readonly #seed: number;
  readonly #options: RunOptions;
  readonly #world: World;
  readonly #journal = new WriteJournal();
  readonly #owners: readonly string[];
  readonly #corpus: Corpus;
  readonly #promises: Promises;
  readonly #viewDelayMs: number;
  readonly #readers: ReadChecker;
  readonly #violations: string[] = [];
  #faults: FaultPlan | undefined;
  readonly #busyByProcess = new Map<SimulatedProcess, number>();
  #called = 0;
  #busy = 0;

  constructor(seed: number, options: RunOptions) {
    this.#seed = seed;
    this.#options = options;
    this.#world = new World(seed, { keepsAll: options.keepsAll === true });
    this.#owners = this.#world.chance.stream("owners").pick([
      ["a", "b"],
      ["a", "b", "c"],
    ]);
    this.#corpus = new Corpus(this.#owners);
    const { nodesById, latestLandingMs, recordsReadAtMs } = this.#world.wire;
    const keeper = this.#world.store === undefined ? "nodes" : "store";
    this.#viewDelayMs = VIEW_DELAY_MS[keeper];
    this.#promises = {
      writes: this.#journal.writes,
      ...{ keeper, viewDelayMs: this.#viewDelayMs, landingMs: latestLandingMs + WRITE_TIMEOUT_MS },
      recordsReadAtMs: (process, node) => recordsReadAtMs.get(`${process} ${node}`),
      lostDataAtMs: (node) => nodesById.get(node)?.lostDataAtMs,
      hasFailed: (node, taskUid) => taskUid !== undefined && nodesById.get(node)?.failed.has(taskUid) === true,
      ownersOf: (id) => this.#world.ownersOf(id),
    };
    this.#readers = new ReadChecker(this.#journal, this.#promises);
  }

  async begin(): Promise<void> {
    await this.#world.found();
    for (const owner of this.#owners) this.#start(owner);
    this.#faults = new FaultPlan(this.#victims(), this.#world.chance.stream("faults"));
  }

  /** Until all calls are made and answered. */
  async work(): Promise<void> {
    const isDone = () => this.#called >= this.#options.operations;
    await this.#world.timeline.runUntil(isDone, LONGEST_RUN_MS);
    this.#faults?.heal();
    const areAnswered = await this.#world.timeline.runUntil(() => this.#busy === 0, LONGEST_RUN_MS + 60_000);
    if (!areAnswered) this.#violations.push(`${this.#busy} calls never ended`);
  }

  /** Until every task is done and every debt is paid. */
  async heal(): Promise<void> {
    const { timeline } = this.#world;
    const healedAtMs = timeline.nowMs;
    let hasWaited = false;
    let unpaid = ["nothing was looked at"];
    while (unpaid.length > 0 && timeline.nowMs < healedAtMs + LONGEST_HEALING_MS) {
      await timeline.runUntil(() => false, timeline.nowMs + 1000);
      unpaid = await this.#findUnpaid();
      // What was recorded last, the others learn a while later.
      if (unpaid.length === 0) await timeline.runUntil(() => false, timeline.nowMs + this.#viewDelayMs);
      else if (!hasWaited && timeline.nowMs > healedAtMs + PATIENCE_MS) {
        this.#world.forward(LOCK_MS);
        hasWaited = true;
      }
    }
    for (const debt of new Set(unpaid)) this.#violations.push(`after healing there is still: ${debt}`);
  }

  async #findUnpaid(): Promise<string[]> {
    const { wire, processes } = this.#world;
    const isBusy = [...wire.nodesById.values()].some((node) => !node.isIdle);
    const unpaid = isBusy ? ["a queue that is not empty"] : [];
    for (const process of processes) {
      const debts = await this.#finish(() => this.#world.payableDebts(process).catch(() => undefined));
      if (debts === undefined) unpaid.push(`${process.name}, which has not met its cluster`);
      else unpaid.push(...debts.map(({ node }) => `a debt of ${node} that ${process.name} knows of`));
    }
    return unpaid;
  }

  /** Every process reads everything, and every replica is looked into. */
  async check(): Promise<void> {
    const { nodesById, history } = { ...this.#world.wire, history: this.#world.history };
    const { ids } = this.#corpus;
    for (const process of this.#world.processes) {
      const user = this.#user(process, ownerOf(process));
      await this.#finish(() => user.readAll());
    }
    history.note("everything was read");
    this.#violations.push(...checkReplicas({ ids, nodesById, journal: this.#journal, promises: this.#promises }));
  }

  report(): RunReport {
    const { history, timeline } = this.#world;
    return {
      seed: this.#seed,
      operations: this.#called,
      simulatedMs: timeline.nowMs,
      faults: history.counts,
      violations: [...this.#readers.violations, ...this.#violations],
      events: history.tail,
      digest: history.digest(),
    };
  }

  /** Lets time pass until some work has ended. */
  async #finish<T>(work: () => Promise<T>): Promise<T | undefined> {
    const { timeline } = this.#world;
    let isDone = false;
    const working = work().finally(() => {
      isDone = true;
    });
    working.catch(() => undefined);
    if (await timeline.runUntil(() => isDone, timeline.nowMs + 60_000)) return working;
    this.#violations.push("a call of the final look never ended");
    return undefined;
  }

  #start(owner: string): void {
    const process = this.#world.start(owner);
    for (let users = 0; users < 2; users++) void this.#live(process, this.#user(process, owner, `${users}`));
  }

  #user(process: SimulatedProcess, owner: string, name = "last"): User {
    const { timeline, history } = this.#world;
    const chance = this.#world.chance.stream(`user ${process.name} ${name}`);
    const [corpus, journal] = [this.#corpus, this.#journal];
    const readers = { read: (reading: Reading) => this.#readers.read(reading) };
    return new User({ process, owner, corpus, journal, chance, timeline, history, readers });
  }

  async #live(process: SimulatedProcess, user: User): Promise<void> {
    const chance = this.#world.chance.stream(`pauses ${process.name}`);
    for (;;) {
      await process.clock.sleep(chance.happens(0.3) ? chance.between(0, 30) : chance.between(100, 4000));
      if (this.#called >= this.#options.operations) return;
      this.#called++;
      this.#busyBy(process, 1);
      await user.act();
      this.#busyBy(process, -1);
    }
  }

  #busyBy(process: SimulatedProcess, change: number): void {
    this.#busyByProcess.set(process, (this.#busyByProcess.get(process) ?? 0) + change);
    this.#busy += change;
  }

  #victims(): Victims {
    const { wire, processes, chance, store } = this.#world;
    const isUnlucky = chance.stream("losses").happens(0.3);
    return {
      ...{ wire, store },
      processes: () => [...processes],
      kill: (process, absentMs) => this.#kill(process, absentMs),
      mayLoseData: () => isUnlucky && this.#world.losers.length === 0,
    };
  }

  #kill(process: SimulatedProcess, absentMs: number): void {
    const { timeline, processes } = this.#world;
    this.#busy -= this.#busyByProcess.get(process) ?? 0;
    this.#busyByProcess.delete(process);
    process.kill();
    processes.delete(process);
    this.#journal.orphan(process.name, timeline.nowMs);
    timeline.after(absentMs, () => this.#start(ownerOf(process)));
  }
}

function ownerOf({ name }: SimulatedProcess): string {
  return name.split(".")[0] ?? "";
}
