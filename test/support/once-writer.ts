import { setTimeout as pause } from "node:timers/promises";
import { MeilisearchApiError } from "meilisearch";
import { expect, onTestFinished } from "vitest";
import type { MiroirClient } from "../../src/index.ts";

/** Between two writes. */
const PAUSE_MS = 25;

/** Writes one document after the other, each once, to whatever index has the name at that moment. */
export class OnceWriter {
  readonly acknowledged = new Set<number>();
  readonly unknown = new Set<number>();
  readonly #client: MiroirClient;
  readonly #uid: string;
  readonly #tasks: number[] = [];
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(client: MiroirClient, uid: string) {
    this.#client = client;
    this.#uid = uid;
  }

  /** Begins; ends with the test at the latest. */
  start(firstId: number): void {
    this.#running = this.#run(firstId);
    this.#running.catch(() => undefined); // told by `stop`
    onTestFinished(() => {
      this.#isStopped = true;
    });
  }

  /** Resolves when every acknowledged write has come to its end, which must be a good one. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    for (const task of this.#tasks) {
      expect(await this.#client.tasks.waitForTask(task)).toMatchObject({ status: "succeeded" });
    }
  }

  async #run(firstId: number): Promise<void> {
    for (let id = firstId; !this.#isStopped; id++, await pause(PAUSE_MS)) {
      try {
        const { taskUid } = await this.#client.index(this.#uid).addDocuments([{ id }]);
        this.acknowledged.add(id);
        this.#tasks.push(taskUid);
      } catch (error) {
        if (!(error instanceof MeilisearchApiError)) throw error;
        this.unknown.add(id);
      }
    }
  }
}
