import { watch } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Clock } from "../../util/clock.ts";
import type { HintListener } from "../store-driver.ts";
import { type FileDraft, startDraft } from "./file-draft.ts";
import { takeTurn } from "./file-turn.ts";
import type { Changed, DataHolder } from "./local-driver.ts";
import { copyData, emptyData, type StoreData } from "./store-data.ts";
import { storeFailure } from "./store-failure.ts";
import { headOf, parseStoreFile, storeFileText } from "./store-file.ts";

interface Waiting {
  /** Makes the change, again when others were faster; true when the data are others than before. */
  readonly make: (data: StoreData) => boolean;
  /** Tells the caller what it came to. */
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
  readonly signal: AbortSignal;
}

interface Known {
  readonly data: StoreData;
  /** How the file begins that holds them. */
  readonly head: string;
}

/** Longest time for which a process leaves the turn to others after its own, in milliseconds. */
const LONGEST_REST_MS = 50;

/**
 * The data of a store in a file that several processes change, each by replacing the whole file. Changes that wait for
 * their turn together are written together. Readers need no turn: a file is never half.
 */
export class FileData implements DataHolder {
  readonly address: string;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #known: Known | undefined;
  #waiting: Waiting[] = [];
  /** Before when this process leaves the turn to others. */
  #notBefore = 0;
  #writing: Promise<void> | undefined;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.address = `file:${path}`;
  }

  async read(signal: AbortSignal): Promise<StoreData> {
    const data = await this.#load();
    if (data !== undefined) return data;
    // Whoever looks first makes the store, or it would have no incarnation to show.
    await this.change(() => ({ result: undefined, isChanged: true }), signal);
    return (await this.#load()) ?? this.read(signal);
  }

  change<T>(make: (data: StoreData) => Changed<T>, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: T;
      this.#waiting.push({
        make: (data) => {
          const changed = make(data);
          result = changed.result;
          return changed.isChanged;
        },
        done: () => resolve(result),
        fail: reject,
        signal,
      });
      this.#writing ??= this.#writeAll();
    });
  }

  listen(onHint: HintListener): () => void {
    const path = this.#path;
    try {
      const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
        if (name === null || name === basename(path)) onHint(undefined);
      });
      // Without the system's help changes are found by polling.
      watcher.on("error", () => watcher.close());
      return () => watcher.close();
    } catch {
      return () => {};
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("it was closed"));
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch: Waiting[] = [];
      try {
        const endTurn = await this.#takeTurn();
        batch.push(...this.#waiting.splice(0));
        await this.#write(batch).finally(endTurn);
      } catch (error) {
        batch.push(...this.#waiting.splice(0));
        for (const { fail } of batch) fail(storeFailure(error, { path: this.#path, outcome: "none" }));
      }
    }
    this.#writing = undefined;
  }

  /**
   * A turn, and then as long without one as it took: others look for theirs from time to time, and would hardly ever find
   * it free while one process makes change after change.
   */
  async #takeTurn(): Promise<() => Promise<void>> {
    const pauseMs = this.#notBefore - this.#clock.monotonic();
    if (pauseMs > 0) await this.#clock.sleep(pauseMs, this.#closing.signal);
    const endTurn = await takeTurn(`${this.#path}.lock`, this.#clock, this.#closing.signal);
    const startedAt = this.#clock.monotonic();
    return async () => {
      await endTurn();
      const endedAt = this.#clock.monotonic();
      this.#notBefore = endedAt + Math.min(endedAt - startedAt, LONGEST_REST_MS);
    };
  }

  /** Writes the changes of all that still wait, as often as others were faster. */
  async #write(batch: readonly Waiting[]): Promise<void> {
    let left: readonly Waiting[] | undefined = batch;
    while (left !== undefined) {
      const draft = await startDraft(this.#path);
      left = await this.#tryToWrite(left, draft).finally(() => draft.discard());
    }
  }

  /** Makes changes on a copy and keeps it; answers those that have to be made again on what others have written. */
  async #tryToWrite(batch: readonly Waiting[], draft: FileDraft): Promise<readonly Waiting[] | undefined> {
    const before = await this.#load();
    const data = before === undefined ? emptyData(this.#clock.now()) : copyData(before);
    const { made, isChanged } = makeAll(batch, data);
    if (isChanged || before === undefined) {
      const written = crypto.randomUUID();
      if (!(await draft.publish(storeFileText(data, written)))) return made;
      this.#known = { data, head: headOf(written) };
      await draft.settle().catch((error: unknown) => {
        throw storeFailure(error, { path: this.#path, outcome: "unknown" });
      });
    }
    for (const { done } of made) done();
    return undefined;
  }

  /** The data as the file holds them; undefined without a file. */
  async #load(): Promise<StoreData | undefined> {
    const path = this.#path;
    try {
      const file = await open(path, "r");
      try {
        const head = await readHead(file);
        if (this.#known?.head !== head) {
          const { data, written } = parseStoreFile(await wholeText(file), path);
          this.#known = { data, head: headOf(written) };
        }
        return this.#known.data;
      } finally {
        await file.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw storeFailure(error, { path, outcome: "none" });
    }
  }
}

/** Makes the changes of those who still wait; tells one whose change cannot be made at once. */
function makeAll(batch: readonly Waiting[], data: StoreData): { made: readonly Waiting[]; isChanged: boolean } {
  const made: Waiting[] = [];
  let isChanged = false;
  for (const waiting of batch) {
    try {
      waiting.signal.throwIfAborted();
      isChanged = waiting.make(data) || isChanged;
      made.push(waiting);
    } catch (error) {
      waiting.fail(error);
    }
  }
  return { made, isChanged };
}

async function readHead(file: FileHandle): Promise<string> {
  const bytes = new Uint8Array(headOf(crypto.randomUUID()).length);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
  return new TextDecoder().decode(bytes.subarray(0, bytesRead));
}

async function wholeText(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const bytes = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await file.read(bytes, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}
