import { onAbort } from "../util/abort.ts";
import type { Clock } from "../util/clock.ts";
import type { StoreStatus, StoreWatch } from "./state-store.ts";
import type { StoreDriver } from "./store-driver.ts";

interface Watched {
  readonly prefix: string;
  readonly listener: () => void;
}

/** Those who wait for changes: told by the backend's hints, and by a look at the revision now and then. */
export class StoreWatches {
  readonly #driver: StoreDriver;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #watched = new Set<Watched>();
  #running: AbortController | undefined;

  constructor(driver: StoreDriver, { clock, pollMs }: { readonly clock: Clock; readonly pollMs: number }) {
    this.#driver = driver;
    this.#clock = clock;
    this.#pollMs = pollMs;
  }

  add(prefix: string, listener: () => void): StoreWatch {
    const watched = { prefix, listener };
    this.#watched.add(watched);
    this.#running ??= this.#start();
    return {
      close: () => {
        this.#watched.delete(watched);
        if (this.#watched.size === 0) this.#stop();
      },
    };
  }

  close(): void {
    this.#watched.clear();
    this.#stop();
  }

  #start(): AbortController {
    const running = new AbortController();
    const stopListening = this.#driver.listen((keys) => this.#tell(keys));
    onAbort(running.signal, stopListening);
    this.#poll(running.signal).catch((error: unknown) => {
      if (!running.signal.aborted) throw error;
    });
    return running;
  }

  #stop(): void {
    this.#running?.abort();
    this.#running = undefined;
  }

  async #poll(stopped: AbortSignal): Promise<void> {
    let seen: StoreStatus | undefined;
    for (;;) {
      // A store that cannot be asked has nothing to tell; the next look tells what was missed.
      const status = await this.#driver.status(stopped).catch(() => undefined);
      // The first look cannot know what has changed since the watch began.
      if (status !== undefined && !isSame(status, seen)) this.#tell(undefined);
      seen = status ?? seen;
      await this.#clock.sleep(this.#pollMs, stopped, { background: true });
    }
  }

  #tell(keys: readonly string[] | undefined): void {
    for (const { prefix, listener } of [...this.#watched]) {
      if (keys === undefined || keys.some((key) => key.startsWith(prefix))) listener();
    }
  }
}

function isSame(a: StoreStatus, b: StoreStatus | undefined): boolean {
  return a.revision === b?.revision && a.incarnation === b.incarnation;
}
