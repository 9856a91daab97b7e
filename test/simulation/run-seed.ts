import { NameChecker } from "./checks/names.ts";
import type { Promises, StoreLoss } from "./checks/order.ts";
import { ReadChecker } from "./checks/readers.ts";
import { checkReplicas } from "./checks/replicas.ts";
import type { SimulatedProcess } from "./cluster/simulated-process.ts";
import type { Victims } from "./faults/fault.ts";
import { FaultPlan } from "./faults/fault-plan.ts";
import { Healing } from "./healing.ts";
import { Caretaker } from "./workload/caretaker.ts";
import { Corpus } from "./workload/corpus.ts";
import { type Habits, habitsOf } from "./workload/habits.ts";
import { JobDriver } from "./workload/job-driver.ts";
import { WriteJournal } from "./workload/journal.ts";
import { DRIVER, OPERATOR, ownerOf } from "./workload/owners.ts";
import { type Provoked, Provoker } from "./workload/provoker.ts";
import { SIDES, Swapper } from "./workload/swapper.ts";
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

/** So many times as many calls as wanted are made at most while a job is under way. */
const MOST_TIMES = 4;

/** So many times as many are provoked at most where jobs move shards. */
const PROVOKED_TIMES = 2;

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
  readonly #caretaker: Caretaker;
  readonly #healing: Healing;
  readonly #readers: ReadChecker;
  readonly #names = new NameChecker(() => {
    return this.#world.losers.length > 0 || this.#world.store?.wentBackAtMs !== undefined;
  });
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
    const viewDelayMs = VIEW_DELAY_MS[keeper];
    this.#caretaker = new Caretaker(this.#world);
    this.#healing = new Healing({
      ...{ world: this.#world, caretaker: this.#caretaker, jobs: this.#jobs, viewDelayMs },
      users: () => this.#users,
      report: (violation) => this.#violations.push(violation),
    });
    this.#promises = {
      writes: this.#journal.writes,
      ...{ keeper, viewDelayMs, landingMs: latestLandingMs + WRITE_TIMEOUT_MS, carriedMs: latestLandingMs },
      storeLoss: () => this.#storeLoss(),
      recordsReadAtMs: (process, node) => recordsReadAtMs.get(`${process} ${node}`),
      lostDataAtMs: (node) => nodesById.get(node)?.lostDataAtMs,
      hasFailed: (node, taskUid) => taskUid !== undefined && nodesById.get(node)?.failed.has(taskUid) === true,
      fewestOwners: () => this.#world.fewestOwners,
      doneAtMs: (node, taskUid) => (taskUid === undefined ? undefined : nodesById.get(node)?.doneAtMs.get(taskUid)),
      ownersOf: (id) => this.#world.ownersOf(id),
    };
    this.#readers = new ReadChecker(this.#journal, this.#promises);
    this.#provoker = new Provoker({
      ...{ world: this.#world, corpus: this.#corpus },
      mostCalls: options.operations * (this.#jobs === undefined ? 1 : PROVOKED_TIMES),
      users: () => this.#users,
      call: (process, provoked) => void this.#callOnce(process, provoked),
    });
  }

  async begin(): Promise<void> {
    await this.#world.found({ hasSides: this.#habits.swapShare > 0 });
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
    this.#world.wire.onLate = (request, { name }) => this.#provoker.isLate(request, name);
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

  /** Until all is at rest, and looked into. */
  async heal(): Promise<void> {
    await this.#healing.settle();
    this.#look();
    const before = this.#violations.length;
    await this.#healing.verify();
    this.#isVerified = this.#violations.length === before;
  }

  /** Every process reads everything, and every replica is looked into. */
  async check(): Promise<void> {
    for (const process of this.#users) {
      const user = this.#user(process, ownerOf(process));
      await this.#healing.finish(() => user.readAll());
    }
    await this.#checkNames();
    this.#world.history.note("everything was read");
    this.#look();
  }

  /** What is found under names that were swapped. */
  async #checkNames(): Promise<void> {
    if (this.#habits.swapShare === 0) return;
    for (const process of this.#users) {
      const swapper = this.#swapper(process);
      for (const side of SIDES) await this.#healing.finish(() => swapper.look(side));
    }
    this.#names.judgeLast(this.#users.map(({ name }) => name));
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
      violations: [
        ...[...this.#readers.violations, ...this.#names.violations, ...(this.#jobs?.moves.violations ?? [])],
        ...this.#violations,
      ],
      events: history.tail,
      digest: history.digest(),
    };
  }

  #start(owner: string): void {
    const process = this.#world.start(owner);
    if (owner === DRIVER) {
      void this.#jobs?.drive(process);
      return;
    }
    for (const name of ["0", "1"]) void this.#live(process, name);
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

  #swapper(process: SimulatedProcess, user = "last"): Swapper {
    const { history } = this.#world;
    const name = `${process.name.replace(".", "-")}-${user}`;
    const chance = this.#world.chance.stream(`swapper ${name}`);
    return new Swapper({ process, name, chance, history, names: this.#names });
  }

  async #live(process: SimulatedProcess, name: string): Promise<void> {
    const chance = this.#world.chance.stream(`pauses ${process.name}`);
    const user = this.#user(process, ownerOf(process), name);
    const swapper = this.#swapper(process, name);
    for (;;) {
      await process.clock.sleep(
        chance.happens(this.#habits.burstShare)
          ? chance.between(0, 30)
          : chance.between(100, this.#pace.longestPauseMs),
      );
      if (!this.#mayCall) return;
      this.#called++;
      this.#busyBy(process, 1);
      await (chance.happens(this.#habits.swapShare) ? swapper : user).act();
      this.#busyBy(process, -1);
    }
  }

  async #callOnce(process: SimulatedProcess, provoked: Provoked): Promise<void> {
    if (!this.#mayCall) return;
    this.#busyBy(process, 1);
    await this.#user(process, ownerOf(process), `provoked ${provoked.number}`).act(provoked);
    this.#busyBy(process, -1);
  }

  #busyBy(process: SimulatedProcess, change: number): void {
    this.#busyByProcess.set(process, (this.#busyByProcess.get(process) ?? 0) + change);
    this.#busy += change;
  }

  #victims(): Victims {
    const { wire, processes, chance, store } = this.#world;
    const isUnlucky = chance.stream("losses").happens(0.3);
    const mayRollBack = chance.stream("store losses").happens(0.2);
    return {
      ...{ wire, store, care: this.#caretaker },
      mayRollBack: () => mayRollBack && store?.wentBackAtMs === undefined,
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

  #storeLoss(): StoreLoss | undefined {
    const atMs = this.#world.store?.wentBackAtMs;
    if (atMs === undefined) return undefined;
    return { atMs, untilMs: this.#caretaker.open.length > 0 ? Number.POSITIVE_INFINITY : this.#caretaker.doneAtMs };
  }

  #kill(process: SimulatedProcess, absentMs: number): void {
    const { timeline, processes } = this.#world;
    this.#busy -= this.#busyByProcess.get(process) ?? 0;
    this.#busyByProcess.delete(process);
    process.kill();
    processes.delete(process);
    this.#journal.orphan(process.name, timeline.nowMs);
    this.#caretaker.lost(process);
    if (ownerOf(process) === OPERATOR) return;
    timeline.after(absentMs, () => this.#start(ownerOf(process)));
  }
}
