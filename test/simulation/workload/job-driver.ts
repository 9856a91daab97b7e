import type { Topology } from "../../../src/cluster/topology.ts";
import type { Wish } from "../../../src/jobs/plan/wish.ts";
import { JobBook } from "../../../src/jobs/run/job-book.ts";
import { isOpen, type JobRecord } from "../../../src/jobs/run/job-record.ts";
import { listJobs, resumeJob, startJob } from "../../../src/jobs/run/jobs.ts";
import type { StateStore } from "../../../src/store/state-store.ts";
import { MoveChecker } from "../checks/moves.ts";
import type { SimulatedProcess } from "../cluster/simulated-process.ts";
import type { Chance } from "../kernel/chance.ts";
import type { StoreServer } from "../store/store-server.ts";
import type { World } from "../world.ts";

/** Jobs that are done one after the other. */
const MOST_JOBS = 5;

/** Pauses between two tries to begin or to resume a job, in milliseconds. */
const SHORTEST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 6000;

/**
 * Changes who owns what while users work: several processes try to drive jobs, of which one at a time may. They can be
 * paused and killed at any moment, and take over from each other.
 */
export class JobDriver {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #mostJobs: number;
  readonly #store: StateStore;
  #isOver = false;
  /** Whether a job is under way. */
  hasOpenJob = false;
  readonly moves = new MoveChecker();

  constructor(world: World, { local, listen }: Pick<StoreServer, "local" | "listen">) {
    this.#world = world;
    this.#store = local;
    listen((keys) => {
      if (keys?.some((key) => key.startsWith("job/")) === true) void this.pending();
    });
    world.onTopology(() => this.moves.topology(world.topology));
    this.#chance = world.chance.stream("jobs");
    this.#mostJobs = 1 + this.#chance.below(MOST_JOBS);
  }

  /** Begins no further job; what is under way is brought to its end. */
  end(): void {
    this.#isOver = true;
  }

  /** A job that is not over, in words. */
  async pending(): Promise<string | undefined> {
    const open = (await new JobBook(this.#store).list()).find(isOpen);
    this.hasOpenJob = open !== undefined;
    return open && `a job "${open.wish.kind}", ${open.state} in phase ${open.phase}: ${open.error ?? ""}`;
  }

  /** Works as one of the processes that drive jobs, as long as it lives. */
  async drive(process: SimulatedProcess): Promise<void> {
    const { history } = this.#world;
    for (;;) {
      await process.clock.sleep(this.#chance.between(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS));
      try {
        const job = await this.#driveOne(process);
        if (job === undefined) continue;
        history.noteStep(`job ${job.state}`, "");
        if (job.state === "done") this.moves.done(job.wish.kind);
        history.note(`${process.name} leaves job ${job.wish.kind} ${job.state} ${job.error ?? ""}`);
      } catch (error) {
        history.note(`${process.name} drives no job: ${error instanceof Error ? error.message.slice(0, 200) : error}`);
      }
    }
  }

  /** Goes on with the job that is open, or begins one. */
  async #driveOne({ name, config, environment }: SimulatedProcess): Promise<JobRecord | undefined> {
    const { history, topology, spare } = this.#world;
    const jobs = await listJobs(config, { environment });
    const open = jobs.find(isOpen);
    if (open !== undefined) {
      history.note(`${name} takes up job ${open.wish.kind}, ${open.state} in phase ${open.phase}`);
      return resumeJob(config, open.id, { environment });
    }
    if (this.#isOver || jobs.length >= this.#mostJobs) return undefined;
    const wish = this.#chance.pick(wishesFor(topology, spare));
    history.noteStep(wish.kind, JSON.stringify(wish));
    this.moves.begin(topology);
    return startJob(config, wish, { environment });
  }
}

/** What can be wished for. */
function wishesFor({ nodes, replicationFactor, shards, groups }: Topology, spare: World["spare"]): Wish[] {
  const members = new Map(groups.map(({ name }) => [name, nodes.filter(({ group }) => group === name).length]));
  const wishes: Wish[] = [{ kind: "rebalance" }, { kind: "reshard", shards: shards === 16 ? 32 : 16 }];
  if (Math.min(...members.values()) > replicationFactor) {
    wishes.push({ kind: "rf set", replicationFactor: replicationFactor + 1 });
  }
  if (replicationFactor > 1) wishes.push({ kind: "rf set", replicationFactor: replicationFactor - 1 });
  const isNew = nodes.every(({ id }) => id !== spare.id);
  for (const { id, group } of nodes) {
    if ((members.get(group) ?? 0) > replicationFactor) wishes.push({ kind: "node drain", node: id });
    if (!isNew) continue;
    wishes.push({ kind: "node replace", node: id, by: { ...spare, group } });
    wishes.push({ kind: "node add", nodes: [{ ...spare, group }] });
  }
  return wishes;
}
