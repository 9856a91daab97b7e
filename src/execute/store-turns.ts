import { MiroirError } from "../core/errors.ts";
import type { Lease, StateStore } from "../store/state-store.ts";
import type { Clock } from "../util/clock.ts";
import type { Random } from "../util/random.ts";

/** What {@link StoreTurns} wait and call themselves by. */
export interface TurnEnvironment {
  readonly clock: Clock;
  readonly random: Pick<Random, "uuid">;
}

/** Time for which a turn lasts that nobody prolongs, in milliseconds: the wait for one whose process was killed. */
const TTL_MS = 10_000;

/** Pause between two attempts to get a turn, in milliseconds. */
const RETRY_MS = 50;

/** Longest wait for a turn, in milliseconds. */
const LONGEST_WAIT_MS = 30_000;

/** Lets the processes that share a store do work of one name one after the other. */
export class StoreTurns {
  readonly #store: StateStore;
  readonly #environment: TurnEnvironment;

  constructor(store: StateStore, environment: TurnEnvironment) {
    this.#store = store;
    this.#environment = environment;
  }

  /**
   * Does the work when its turn has come. A turn that ends before the work, because the process was paused, is no harm:
   * what the work writes down is compared with what it was made from.
   * @throws MiroirError `miroir_store_unavailable` when others keep it for too long
   */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    let lease = await this.#take(name);
    const ended = new AbortController();
    const prolong = async () => {
      const { clock } = this.#environment;
      for (let held: Lease | undefined = lease; held !== undefined; ) {
        await clock.sleep(TTL_MS / 3, ended.signal, { background: true });
        held = await this.#store.renew(held);
        lease = held ?? lease;
      }
    };
    const prolonging = prolong().catch(() => undefined); // an end that comes early is no harm
    try {
      return await work();
    } finally {
      ended.abort();
      await prolonging;
      await this.#store.release(lease).catch(() => undefined); // it ends by itself
    }
  }

  /** Each turn has a holder of its own: those of one process wait for each other too. */
  async #take(name: string): Promise<Lease> {
    const { clock, random } = this.#environment;
    const holder = random.uuid();
    for (const since = clock.monotonic(); clock.monotonic() - since < LONGEST_WAIT_MS; await clock.sleep(RETRY_MS)) {
      const lease = await this.#store.lease(name, { holder, ttlMs: TTL_MS });
      if (lease !== undefined) return lease;
    }
    throw new MiroirError(
      "miroir_store_unavailable",
      `Other processes have had \`${name}\` to themselves for ${LONGEST_WAIT_MS / 1000} s. Send the call again.`,
      { status: 503 },
    );
  }
}
