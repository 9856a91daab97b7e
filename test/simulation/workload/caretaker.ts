import type { TopologyClusterConfig } from "../../../src/index.ts";
import { recoverCluster } from "../../../src/jobs/recover/recover-cluster.ts";
import { repairCluster } from "../../../src/jobs/repair/repair-cluster.ts";
import type { SimulatedProcess } from "../cluster/simulated-process.ts";
import type { Chance } from "../kernel/chance.ts";
import type { World } from "../world.ts";
import { OPERATOR } from "./owners.ts";

/** How long it takes until somebody has noticed, and until it is tried again, in milliseconds. */
const NOTICED_MS = [500, 12_000] as const;
const AGAIN_MS = [500, 5000] as const;

/** Something that has to be put right, and the process that tries to. */
interface Chore {
  readonly what: string;
  readonly work: (process: SimulatedProcess) => Promise<unknown>;
  process: SimulatedProcess | undefined;
}

/** Somebody who does what runbooks say, at any time of the day, until it has worked. */
export class Caretaker {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #chores = new Set<Chore>();
  /** When the last chore was done, in milliseconds since the beginning. */
  doneAtMs = 0;

  constructor(world: World) {
    this.#world = world;
    this.#chance = world.chance.stream("caretaker");
  }

  /** A node came back without data that it had. */
  rebuild(node: string): void {
    this.#takeOn(`rebuild ${node}`, ({ config, environment }) => {
      return repairCluster(config, { rebuild: node, acceptLoss: true, environment });
    });
  }

  /** The store went back to earlier data. */
  recover(): void {
    this.#takeOn("recover", ({ config, environment }) => {
      // A node without its data cannot be rebuilt before the store is trusted again, and has nothing to say.
      const allowSilent = this.#world.losers.length > 0;
      return recoverCluster(config as TopologyClusterConfig, { environment, allowSilent });
    });
  }

  /** What is not done yet, in words. */
  get open(): string[] {
    return [...this.#chores].map(({ what }) => `something to do: ${what}`);
  }

  /** A process was killed: if it was the caretaker's, another goes on. */
  lost(process: SimulatedProcess): void {
    for (const chore of this.#chores) if (chore.process === process) this.#later(chore, AGAIN_MS);
  }

  #takeOn(what: string, work: Chore["work"]): void {
    const chore: Chore = { what, work, process: undefined };
    this.#chores.add(chore);
    this.#later(chore, NOTICED_MS);
  }

  #later(chore: Chore, [shortestMs, longestMs]: readonly [number, number]): void {
    this.#world.timeline.after(this.#chance.between(shortestMs, longestMs), () => void this.#try(chore));
  }

  async #try(chore: Chore): Promise<void> {
    const { history, timeline, processes } = this.#world;
    const process = this.#world.start(OPERATOR);
    chore.process = process;
    history.noteStep(chore.what.split(" ")[0] ?? "", `${process.name} begins to ${chore.what}`);
    try {
      await chore.work(process);
      this.#chores.delete(chore);
      this.doneAtMs = timeline.nowMs;
      history.note(`${process.name} is done: ${chore.what}`);
    } catch (error) {
      history.note(`${process.name} cannot ${chore.what}: ${error instanceof Error ? error.message : error}`);
      this.#later(chore, AGAIN_MS);
    }
    processes.delete(process);
  }
}
