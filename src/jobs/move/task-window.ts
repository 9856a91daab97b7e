/** A task of a node that is waited for. */
export interface AwaitedTask {
  readonly taskUid: number;
  /** Called once it and all tasks before it have succeeded. */
  onApplied(): void;
}

/** Tasks under way at once: the node indexes one batch while the next ones are read. */
const SIZE = 4;

/** Keeps few tasks of one node under way: whoever adds one waits for the oldest when there are enough. */
export class TaskWindow {
  readonly #wait: (taskUid: number) => Promise<void>;
  readonly #open: AwaitedTask[] = [];

  /** @param wait resolves when a task has succeeded, rejects when it failed */
  constructor(wait: (taskUid: number) => Promise<void>) {
    this.#wait = wait;
  }

  async add(task: AwaitedTask): Promise<void> {
    this.#open.push(task);
    if (this.#open.length >= SIZE) await this.#settleOldest();
  }

  /** Resolves when all have succeeded. */
  async empty(): Promise<void> {
    while (this.#open.length > 0) await this.#settleOldest();
  }

  async #settleOldest(): Promise<void> {
    const task = this.#open.shift();
    if (task === undefined) return;
    await this.#wait(task.taskUid);
    task.onApplied();
  }
}
