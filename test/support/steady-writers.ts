import { setTimeout as pause } from "node:timers/promises";
import { MeilisearchApiError } from "meilisearch";
import type { MiroirClient } from "../../src/index.ts";
import { type DocumentChange, DocumentRegister, type DocumentState } from "./document-register.ts";

/** What steady writers work with. */
export interface SteadyWritersOptions {
  readonly client: MiroirClient;
  readonly uid: string;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
  /** Each writes documents of its own, one write after the other. */
  readonly writers: number;
  readonly documentsPerWriter: number;
  /** Number of the first document. @default 0 */
  readonly firstDocument?: number;
  /** Between two writes of a writer, in milliseconds. @default 0 */
  readonly pauseMs?: number;
}

/** Pause before a document is asked for again, in milliseconds. */
const ASK_AGAIN_MS = 100;

interface Write {
  readonly ids: readonly number[];
  readonly change: (id: number) => DocumentChange;
  send(): PromiseLike<{ readonly taskUid: number }>;
}

/**
 * Writers that add, replace, update in part and delete until they are stopped, wait for the task of each write, and read
 * back what they wrote.
 */
export class SteadyWriters {
  /** What the documents may be. */
  readonly register = new DocumentRegister();
  /** Writes sent so far. */
  sent = 0;
  /** Writes acknowledged so far. */
  acknowledged = 0;
  /** How long each write took to be acknowledged or refused, in milliseconds. */
  readonly waitsMs: number[] = [];
  /** Documents that were not what the register allows, tasks that failed, calls that ended as none may. */
  readonly surprises: string[] = [];
  /** Called as soon as a write is on its way. */
  onSent: () => void = () => undefined;
  readonly #options: SteadyWritersOptions;
  #isStopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: SteadyWritersOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isStopped = false;
    const writers = Array.from({ length: this.#options.writers }, (_, writer) => this.#run(writer));
    this.#running = Promise.all(writers);
  }

  /** Lets the writes under way end. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(writer: number): Promise<void> {
    try {
      for (; !this.#isStopped; await pause(this.#options.pauseMs ?? 0)) await this.#write(this.#nextWrite(writer));
    } catch (error) {
      this.surprises.push(`writer ${writer} ended: ${error}`);
    }
  }

  async #write({ ids, change, send }: Write): Promise<void> {
    const { client } = this.#options;
    const startedAt = performance.now();
    const sending = send();
    this.sent++;
    this.onSent();
    let taskUid: number;
    try {
      ({ taskUid } = await sending);
    } catch (error) {
      this.waitsMs.push(performance.now() - startedAt);
      if (!(error instanceof MeilisearchApiError)) throw error;
      for (const id of ids) this.register.unknown(id, change(id));
      return;
    }
    this.waitsMs.push(performance.now() - startedAt);
    for (const id of ids) this.register.acknowledged(id, change(id));
    this.acknowledged++;
    const { status } = await client.tasks.waitForTask(taskUid, { timeout: 20_000, interval: 5 });
    if (status !== "succeeded") this.surprises.push(`task ${taskUid} of documents ${ids.join(", ")} ${status}`);
    const [id = 0] = ids;
    this.expectAllowed(id, await this.#read(id), "just after it was written");
  }

  /** Notes a document that is not as it may be. */
  expectAllowed(id: number, state: DocumentState, where: string): void {
    if (this.register.allows(id, state)) return;
    const found = JSON.stringify(state) ?? "absent";
    this.surprises.push(`document ${id} is ${found} ${where}, and must be ${this.register.describe(id)}`);
  }

  /** Asks again as long as nobody can tell whether the document is there. */
  async #read(id: number): Promise<DocumentState> {
    const { client, uid } = this.#options;
    for (; ; await pause(ASK_AGAIN_MS)) {
      try {
        return await client.index(uid).getDocument(id);
      } catch (error) {
        const code = (error as { cause?: { code?: string } }).cause?.code;
        if (code === "document_not_found") return undefined;
        if (code !== "miroir_view_stale") throw error;
      }
    }
  }

  #nextWrite(writer: number): Write {
    const { client, uid, random, documentsPerWriter, firstDocument = 0 } = this.#options;
    const index = client.index(uid);
    const any = () => firstDocument + writer * documentsPerWriter + Math.floor(random() * documentsPerWriter);
    const ids = [...new Set(Array.from({ length: 1 + Math.floor(random() * 8) }, any))];
    const number = this.sent;
    const kind = random();
    if (kind < 0.45) {
      const whole = (id: number) => ({ id, number, [`only_${number % 7}`]: writer });
      return { ids, change: (id) => () => whole(id), send: () => index.addDocuments(ids.map(whole)) };
    }
    if (kind < 0.75) {
      const part = (id: number) => ({ id, [`part_${number % 3}`]: number });
      const change = (id: number) => (before: DocumentState) => ({ ...before, ...part(id) });
      return { ids, change, send: () => index.updateDocuments(ids.map(part)) };
    }
    return { ids, change: () => () => undefined, send: () => index.deleteDocuments(ids) };
  }
}
