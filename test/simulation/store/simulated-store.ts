import type { StateStore } from "../../../src/store/state-store.ts";
import type { StoreDriver } from "../../../src/store/store-driver.ts";
import { storeOver } from "../../../src/store/store-over.ts";
import { type StoreOutcome, StoreUnavailable } from "../../../src/store/store-unavailable.ts";
import type { Clock } from "../../../src/util/clock.ts";
import type { Fate } from "../cluster/network.ts";
import type { Caller, Wire } from "../cluster/wire.ts";
import { STORE, type StoreServer } from "./store-server.ts";

/** Longest time of one call of the store, in milliseconds. */
const TIMEOUT_MS = 1000;

/** A process's way to the store: the product's own store over a driver whose calls travel, and may be lost. */
export function simulatedStore(link: StoreLink, clock: Clock): StateStore {
  return storeOver(driverOver(link), { clock, timeoutMs: TIMEOUT_MS });
}

function driverOver(link: StoreLink): StoreDriver {
  const { local } = link.server;
  return {
    address: "simulated:",
    get: (key) => link.ask("get", () => local.get(key)),
    list: (prefix) => link.ask("list", () => local.list(prefix)),
    status: () => link.ask("status", () => local.status()),
    read: ({ log, ...limits }) => link.ask("read", () => local.read(log, limits)),
    commit: async ({ changes, fence }) => {
      return link.ask("commit", async () => {
        const result = await local.commit(changes, fence && { fence });
        if (result.ok) link.wrote(changes.map(({ key }) => key));
        return result;
      });
    },
    lease: ({ name, ...options }) => link.ask("lease", () => local.lease(name, options)),
    renew: (lease) => link.ask("renew", () => local.renew(lease)),
    release: (lease) => link.ask("release", () => local.release(lease)),
    append: (log, entry) => link.ask("append", () => local.append(log, entry)),
    trim: (log, through) => link.ask("trim", () => local.trim(log, through)),
    listen: (onHint) => link.server.listen((keys) => link.hint(() => onHint(keys))),
    close: async () => undefined,
  };
}

/** The connection between a process and the store. */
export class StoreLink {
  readonly server: StoreServer;
  readonly #wire: Wire;
  readonly #caller: Caller;

  constructor(server: StoreServer, wire: Wire, caller: Caller) {
    this.server = server;
    this.#wire = wire;
    this.#caller = caller;
  }

  /** Has the store do something; what gets lost is never answered, and its caller's time runs out. */
  ask<T>(name: string, work: () => Promise<T>): Promise<T> {
    const { timeline, network, history } = this.#wire;
    const fate = network.fateOf(STORE);
    if (fate !== "answered") history.noteFault(`store: ${fate}`, `${this.#caller.name} ${name}`);
    return new Promise((resolve, reject) => {
      const fail = (outcome: StoreOutcome) => this.#wake(() => reject(broken(outcome)));
      const isRefused = fate === "overloaded" || fate === "throttled" || fate === "proxy before";
      if (isRefused || fate === "lost request") return fail("none");
      timeline.after(this.#delayMs(fate), () => {
        if (network.isBlocked(this.#caller.name, STORE, "requests")) return;
        if (!this.server.isUp) return fail("none");
        void work().then(
          (result) => (fate === "answered" ? this.#wake(() => resolve(result)) : fail("unknown")),
          (error: unknown) => this.#wake(() => reject(error)),
        );
      });
    });
  }

  /** Tells all that listen of a commit. */
  wrote(keys: readonly string[]): void {
    this.#wire.history.note(`${this.#caller.name} > store ${keys.join(" ")}`);
    this.server.tell(keys);
  }

  /** Hands a hint on, unless it gets lost. */
  hint(tell: () => void): void {
    if (this.server.isUp) this.#wake(tell);
  }

  #delayMs(fate: Fate): number {
    const { network, chance } = this.#wire;
    return network.travelMs(STORE) + (fate === "late" ? chance.between(TIMEOUT_MS, 5 * TIMEOUT_MS) : 0);
  }

  /** Something arrives in the process. */
  #wake(run: () => void): void {
    const { timeline, network } = this.#wire;
    timeline.after(network.travelMs(STORE), () => {
      if (!network.isBlocked(this.#caller.name, STORE, "answers")) this.#caller.wake(run);
    });
  }
}

function broken(outcome: StoreOutcome): StoreUnavailable {
  return new StoreUnavailable("The store broke the connection.", { outcome });
}
