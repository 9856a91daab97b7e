import { type VerifyReport, verifyCluster } from "../../src/jobs/verify/verify-cluster.ts";
import type { Promises } from "./checks/order.ts";
import { ReadChecker } from "./checks/readers.ts";
import { checkReplicas } from "./checks/replicas.ts";
import type { SimulatedProcess } from "./cluster/simulated-process.ts";
import type { Victims } from "./faults/fault.ts";
import { FaultPlan } from "./faults/fault-plan.ts";
import { Corpus } from "./workload/corpus.ts";
import { type Habits, habitsOf } from "./workload/habits.ts";
import { JobDriver } from "./workload/job-driver.ts";
import { WriteJournal } from "./workload/journal.ts";
import { DRIVER, OPERATOR, ownerOf } from "./workload/owners.ts";
import { Provoker } from "./workload/provoker.ts";
import { User } from "./workload/user.ts";
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
  /** Steps that jobs came to. */
  readonly steps: ReadonlyMap<string, number>;
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

/** Longest time that each part of healing may take, in milliseconds; a job that could not go on pauses for up to a minute. */
const LONGEST_HEALING_MS = 180_000;

/** After so long there may be a lock of a repair that a dead process left behind, and the time that it lasts, in milliseconds. */
const PATIENCE_MS = 30_000;
const LOCK_MS = 600_000;

/** So many times as many calls as wanted are made at most while a job is under way. */
const MOST_TIMES = 4;

/** How often things happen. */
interface Pace {
  /** Longest pause between two calls of a user, and between two faults, in milliseconds. */
  readonly longestPauseMs: number;
  readonly longestGapMs: number;
  /** Share of the calls after which no fault begins. */
  readonly faultyShare: number;
}

const USUAL_PACE: Pace = { longestPauseMs: 4000, longestGapMs: 1600, faultyShare: 1 };

/** Jobs must get somewhere while users write. */
const PACE_OF_JOBS: Pace = { longestPauseMs: 12_000, longestGapMs: 8000, faultyShare: 0.8 };

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
  readonly #habits: Habits;
  readonly #corpus: Corpus;
  readonly #promises: Promises;
  readonly #viewDelayMs: number;
  readonly #readers: ReadChecker;
  readonly #provoker: Provoker;
  readonly #violations: string[] = [];
  readonly #jobs: JobDriver | undefined;
  #faults: FaultPlan | undefined;
  readonly #busyByProcess = new Map<SimulatedProcess, number>();
  #called = 0;
  /** Whether all copies were compared, and what differed was repaired. */
  #isVerified = false;
  #busy = 0;

  constructor(seed: number, options: RunOptions) {
    this.#seed = seed;
    this.#options = options;
    this.#world = new World(seed, { keepsAll: options.keepsAll === true });
    const { store } = this.#world;
    const hasJobs = store !== undefined && this.#world.chance.stream("has jobs").happens(0.8);
    this.#jobs = hasJobs ? new JobDriver(this.#world, store) : undefined;
    this.#owners = this.#world.chance.stream("owners").pick([
      ["a", "b"],
      ["a", "b", "c"],
    ]);
    this.#habits = habitsOf(this.#world.chance.stream("habits"));
    this.#corpus = new Corpus(this.#owners, this.#habits.corpus);
    const { nodesById, latestLandingMs, recordsReadAtMs } = this.#world.wire;
    const keeper = this.#world.store === undefined ? "nodes" : "store";
    this.#viewDelayMs = VIEW_DELAY_MS[keeper];
    this.#promises = {
      writes: this.#journal.writes,
      ...{ keeper, viewDelayMs: this.#viewDelayMs, landingMs: latestLandingMs + WRITE_TIMEOUT_MS },
      recordsReadAtMs: (process, node) => recordsReadAtMs.get(`${process} ${node}`),
      lostDataAtMs: (node) => nodesById.get(node)?.lostDataAtMs,
      hasFailed: (node, taskUid) => taskUid !== undefined && nodesById.get(node)?.failed.has(taskUid) === true,
      fewestOwners: () => this.#world.fewestOwners,
      doneAtMs: (node, taskUid) => (taskUid === undefined ? undefined : nodesById.get(node)?.doneAtMs.get(taskUid)),
      ownersOf: (id) => this.#world.ownersOf(id),
    };
    this.#readers = new ReadChecker(this.#journal, this.#promises);
    this.#provoker = new Provoker({
      ...{ world: this.#world, corpus: this.#corpus, mostCalls: options.operations },
      users: () => this.#users,
      call: (process, hot) => void this.#callOnce(process, hot),
    });
  }

  async begin(): Promise<void> {
    await this.#world.found();
    for (const owner of this.#owners) this.#start(owner);
    if (this.#jobs !== undefined) for (let drivers = 0; drivers < 2; drivers++) this.#start(DRIVER);
    const faults = new FaultPlan(this.#victims(), this.#world.chance.stream("faults"), {
      longestGapMs: this.#pace.longestGapMs,
      isMixed: this.#jobs !== undefined,
    });
    this.#faults = faults;
    this.#world.onTopology(() => {
      faults.ambush();
      this.#provoker.jobSteps();
    });
    this.#world.wire.onLanding = (request, { name }) => this.#provoker.lands(request, name);
  }

  /** Until all calls are made and answered; the last ones while all is well again. */
  async work(): Promise<void> {
    const { timeline } = this.#world;
    const areMade = (calls: number) => timeline.runUntil(() => this.#called >= calls, LONGEST_RUN_MS);
    await areMade(this.#options.operations * this.#pace.faultyShare);
    this.#faults?.heal();
    await areMade(this.#options.operations);
    this.#jobs?.end();
    await timeline.runUntil(() => !this.#mayCall, LONGEST_RUN_MS);
    const areAnswered = await timeline.runUntil(() => this.#busy === 0, LONGEST_RUN_MS + 60_000);
    if (!areAnswered) this.#violations.push(`${this.#busy} calls never ended`);
  }

  /** Until every task is done, every debt is paid, what nobody owed is found, and every job is over. */
  async heal(): Promise<void> {
    const { timeline } = this.#world;
    await this.#until(() => this.#findUnpaid(), { patienceMs: PATIENCE_MS });
    // What was recorded last, the others learn a while later.
    await timeline.runUntil(() => false, timeline.nowMs + this.#viewDelayMs);
    this.#look();
    if (this.#world.losers.length > 0) return;
    let report = await this.#verify();
    if ((await this.#findOpenJob()).length > 0) {
      await this.#until(() => this.#findOpenJob(), {});
      report = await this.#verify();
    }
    this.#isVerified = report?.isSound === true;
    if (!this.#isVerified) this.#violations.push(`verified, repaired and not sound: ${JSON.stringify(report)}`);
  }

  /** Waits until nothing is found any more. */
  async #until(find: () => Promise<string[]>, { patienceMs }: { readonly patienceMs?: number }): Promise<void> {
    const { timeline } = this.#world;
    const startedAtMs = timeline.nowMs;
    let isPatient = patienceMs !== undefined;
    for (let found = await find(); found.length > 0; found = await find()) {
      if (timeline.nowMs - startedAtMs > LONGEST_HEALING_MS) {
        for (const open of new Set(found)) this.#violations.push(`after healing there is still ${open}`);
        return;
      }
      await timeline.runUntil(() => false, timeline.nowMs + 1000);
      if (!isPatient || timeline.nowMs - startedAtMs < (patienceMs ?? 0)) continue;
      this.#world.forward(LOCK_MS);
      isPatient = false;
    }
  }

  async #findUnpaid(): Promise<string[]> {
    const { nodesById } = this.#world.wire;
    const isBusy = [...nodesById.values()].some((node) => !node.isIdle);
    const unpaid = isBusy ? ["a queue that is not empty"] : [];
    for (const process of this.#users) {
      const debts = await this.#finish(() => this.#world.payableDebts(process).catch(() => undefined));
      if (debts === undefined) unpaid.push(`${process.name}, which has not met its cluster`);
      else
        unpaid.push(
          ...debts.map((debt) => `a debt of ${debt.node} for ${JSON.stringify(debt)} that ${process.name} knows of`),
        );
    }
    return unpaid;
  }

  async #findOpenJob(): Promise<string[]> {
    const job = await this.#jobs?.pending();
    return job === undefined ? [] : [job];
  }

  /** Has all copies compared, and what differs without anybody owing it repaired, as an operator would. */
  #verify(): Promise<VerifyReport | undefined> {
    const { config, environment } = this.#world.start(OPERATOR);
    const options = { content: true, repair: true, environment };
    return this.#finish(() => verifyCluster(config, options), LONGEST_HEALING_MS);
  }

  /** Every process reads everything, and every replica is looked into. */
  async check(): Promise<void> {
    for (const process of this.#users) {
      const user = this.#user(process, ownerOf(process));
      await this.#finish(() => user.readAll());
    }
    this.#world.history.note("everything was read");
    this.#look();
  }

  #look(): void {
    const { nodesById } = this.#world.wire;
    const { ids } = this.#corpus;
    const healed = { ids, nodesById, journal: this.#journal, promises: this.#promises, isVerified: this.#isVerified };
    this.#violations.push(...checkReplicas(healed));
  }

  /** Whether users go on: until enough was called, and the jobs that were begun meanwhile are over. */
  get #mayCall(): boolean {
    const { operations } = this.#options;
    return this.#called < operations || (this.#jobs?.hasOpenJob === true && this.#called < MOST_TIMES * operations);
  }

  get #pace(): Pace {
    return this.#jobs === undefined ? USUAL_PACE : PACE_OF_JOBS;
  }

  /** The processes that read and write. */
  get #users(): SimulatedProcess[] {
    return [...this.#world.processes].filter((process) => this.#owners.includes(ownerOf(process)));
  }

  report(): RunReport {
    const { history, timeline } = this.#world;
    return {
      seed: this.#seed,
      operations: this.#called + this.#provoker.calls,
      simulatedMs: timeline.nowMs,
      faults: history.faults,
      steps: history.steps,
      violations: [...this.#readers.violations, ...this.#violations],
      events: history.tail,
      digest: history.digest(),
    };
  }

  /** Lets time pass until some work has ended. */
  async #finish<T>(work: () => Promise<T>, limitMs = 60_000): Promise<T | undefined> {
    const { timeline } = this.#world;
    let isDone = false;
    const working = work().finally(() => {
      isDone = true;
    });
    working.catch(() => undefined);
    if (await timeline.runUntil(() => isDone, timeline.nowMs + limitMs)) return working;
    this.#violations.push("a call of the final look never ended");
    return undefined;
  }

  #start(owner: string): void {
    const process = this.#world.start(owner);
    if (owner === DRIVER) {
      void this.#jobs?.drive(process);
      return;
    }
    for (let users = 0; users < 2; users++) void this.#live(process, this.#user(process, owner, `${users}`));
  }

  #user(process: SimulatedProcess, owner: string, name = "last"): User {
    const { timeline, history } = this.#world;
    const chance = this.#world.chance.stream(`user ${process.name} ${name}`);
    const [corpus, journal] = [this.#corpus, this.#journal];
    const ownersOf = (id: string) => this.#world.ownersOf(id);
    const readers = this.#readers;
    const { severalShare } = this.#habits;
    return new User({ process, owner, corpus, journal, chance, timeline, history, readers, ownersOf, severalShare });
  }

  async #live(process: SimulatedProcess, user: User): Promise<void> {
    const chance = this.#world.chance.stream(`pauses ${process.name}`);
    for (;;) {
      await process.clock.sleep(
        chance.happens(this.#habits.burstShare)
          ? chance.between(0, 30)
          : chance.between(100, this.#pace.longestPauseMs),
      );
      if (!this.#mayCall) return;
      this.#called++;
      this.#busyBy(process, 1);
      await user.act();
      this.#busyBy(process, -1);
    }
  }

  async #callOnce(process: SimulatedProcess, hot: readonly string[]): Promise<void> {
    if (!this.#mayCall) return;
    this.#busyBy(process, 1);
    await this.#user(process, ownerOf(process), `provoked ${this.#provoker.calls}`).act(hot);
    this.#busyBy(process, -1);
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
      tempt: (process, forMs) => this.#provoker.tempt(process, forMs),
      // A job would make copies of what is left.
      mayLoseData: ({ id }) => {
        const isMember = this.#world.topology.nodes.some((node) => node.id === id);
        return isMember && isUnlucky && this.#jobs === undefined && this.#world.losers.length === 0;
      },
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
