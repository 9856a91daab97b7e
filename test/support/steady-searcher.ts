import { setTimeout as pause } from "node:timers/promises";
import { type MiroirClient, metaOf } from "../../src/index.ts";

/** Documents that nobody writes to, from number 5000 on: every search must show them at any moment. */
export const WITNESSES = Array.from({ length: 60 }, (_, position) => ({ id: 5000 + position, witness: true }));

/** Between two searches: they are to find what others do, not to keep them from doing it. */
const PAUSE_MS = 20;

/** Searches again and again, by ever other replicas, until it is stopped. */
export class SteadySearcher {
  /** Searches that were answered. */
  answered = 0;
  /** Searches that failed, or did not show every witness. */
  readonly surprises: string[] = [];
  readonly #client: MiroirClient;
  readonly #uid: string;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(client: MiroirClient, uid: string) {
    this.#client = client;
    this.#uid = uid;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let round = 0; !this.#isStopped; round++, await pause(PAUSE_MS)) {
      try {
        await this.#search(`${round}`);
      } catch (error) {
        this.surprises.push(`search ${round}: ${error}`);
      }
    }
  }

  async #search(preference: string): Promise<void> {
    const view = this.#client.with({ preference }).index(this.#uid);
    const answer = await view.search("", { filter: "witness = true", limit: 1000 });
    const found = new Set(answer.hits.map(({ id }) => id));
    const absent = WITNESSES.filter(({ id }) => !found.has(id));
    const missing = metaOf(answer)?.coverage?.missing ?? [];
    if (absent.length > 0 || missing.length > 0) {
      const ids = absent.map(({ id }) => id).join(", ");
      this.surprises.push(`search ${preference}: without documents ${ids}, and shards ${missing.join(", ")}`);
    }
    this.answered++;
  }
}
