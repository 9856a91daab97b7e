import { metaOf } from "../../../src/index.ts";
import type { NameChecker } from "../checks/names.ts";
import type { SimulatedProcess } from "../cluster/simulated-process.ts";
import type { Chance } from "../kernel/chance.ts";
import type { History } from "../kernel/history.ts";

/** Names of two indexes that are swapped all the time. */
export const SIDES = ["left", "right"] as const;

export type Side = (typeof SIDES)[number];

/** Id of the document that tells an index from the other, whatever it is called. */
export function witnessOf(side: Side): string {
  return `witness-${side}`;
}

/** What somebody who swaps works with. */
export interface SwapperOptions {
  readonly process: SimulatedProcess;
  /** Unlike that of any other. */
  readonly name: string;
  readonly chance: Chance;
  readonly history: History;
  readonly names: NameChecker;
}

/** Pause between two looks at a task, in milliseconds. */
const POLL_MS = 250;

/** Swaps names, writes documents to whatever has a name at the time, and looks at what it finds under it. */
export class Swapper {
  readonly #options: SwapperOptions;
  #added = 0;

  constructor(options: SwapperOptions) {
    this.#options = options;
  }

  /** One call, whatever becomes of it. */
  async act(): Promise<void> {
    const { process, chance, history } = this.#options;
    const kind = chance.weigh({ swap: 2, add: 4, look: 4 });
    const side = chance.pick(SIDES);
    history.note(`${process.name} ${kind} ${kind === "swap" ? "" : side}`);
    try {
      if (kind === "swap") await this.#swap();
      else if (kind === "add") await this.#add(side);
      else await this.look(side);
    } catch (error) {
      history.note(`${process.name} ${kind} failed: ${error instanceof Error ? error.message.slice(0, 160) : error}`);
    }
  }

  async #swap(): Promise<void> {
    const { client } = this.#options.process;
    const { taskUid } = await client.swapIndexes([{ indexes: [...SIDES], rename: false }]);
    void this.#follow(taskUid, () => undefined);
  }

  async #add(side: Side): Promise<void> {
    const { process, name, names } = this.#options;
    const id = `${name}-${this.#added++}`;
    names.begin(id);
    const { taskUid } = await process.client.index(side).addDocuments([{ id }]);
    void this.#follow(taskUid, () => names.succeeded(id));
  }

  async look(side: Side): Promise<void> {
    const { process, names } = this.#options;
    const answer = await process.client.index<{ id: string }>(side).search("", { limit: 1000 });
    const isWhole = metaOf(answer)?.degraded !== true;
    names.found({ process: process.name, side, ids: answer.hits.map(({ id }) => id), isWhole });
  }

  /** Polls a task to its end. */
  async #follow(taskUid: number, succeeded: () => void): Promise<void> {
    const { process, history } = this.#options;
    for (;;) {
      await process.clock.sleep(POLL_MS);
      const task = await process.client.tasks.getTask(taskUid).catch(() => undefined);
      if (task === undefined || task.status === "enqueued" || task.status === "processing") continue;
      history.note(`${process.name} ${task.type} of ${task.indexUid} ${task.status}`);
      if (task.status === "succeeded") succeeded();
      return;
    }
  }
}
