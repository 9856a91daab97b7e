import type { Environment } from "../../../src/client/environment.ts";
import type { StaticClusterConfig, TopologyClusterConfig } from "../../../src/client/options.ts";
import { ClusterSession } from "../../../src/client/session.ts";
import { MiroirClient } from "../../../src/index.ts";
import type { Chance } from "../kernel/chance.ts";
import { ProcessClock } from "./process-clock.ts";
import { SimulatedTransport } from "./simulated-transport.ts";
import type { Caller, Wire } from "./wire.ts";

/** What a process is made with. */
export interface ProcessOptions {
  readonly name: string;
  readonly wire: Wire;
  readonly chance: Chance;
  /** Its cluster, as it is configured for a process with this clock. */
  readonly config: (caller: Caller, clock: ProcessClock) => StaticClusterConfig | TopologyClusterConfig;
  /** How far its wall clock is ahead, in milliseconds. */
  readonly clockOffsetMs: number;
}

/**
 * A process of the application: one client, with its own session, clock and connections. It can stand still, and it can
 * end at any moment: nothing of it runs any more then, while what it sent goes on.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly clock: ProcessClock;
  readonly session: ClusterSession;
  readonly client: MiroirClient;
  /** Its cluster, as it is configured. */
  readonly config: StaticClusterConfig | TopologyClusterConfig;
  readonly environment: Environment;
  readonly #wire: Wire;
  #state: "running" | "paused" | "dead" = "running";
  readonly #chance: Chance;
  /** What came due, and what arrived, while it stood still. */
  #timers: (() => void)[] = [];
  #arrivals: (() => void)[] = [];
  /** Stands still as soon as it is about to send a write. */
  pausesAtWrite = false;
  /** Called when it is about to send a write, once. */
  onWrite: (() => void) | undefined;

  constructor({ name, wire, chance, config, clockOffsetMs }: ProcessOptions) {
    this.name = name;
    this.#wire = wire;
    this.clock = new ProcessClock(wire.timeline, (run) => this.#wakeTimer(run));
    this.#chance = chance.stream("order");
    this.clock.offsetMs = clockOffsetMs;
    this.environment = {
      clock: this.clock,
      random: chance,
      transport: (options) => new SimulatedTransport(wire, this, options),
    };
    this.config = config(this, this.clock);
    this.session = new ClusterSession(this.config, this.environment);
    this.client = new MiroirClient(this.config, { session: this.session, call: {} });
  }

  get isDead(): boolean {
    return this.#state === "dead";
  }

  /** Runs something now, after the pause, or never. */
  wake(run: () => void): void {
    if (this.#state === "running") run();
    else if (this.#state === "paused") this.#arrivals.push(run);
  }

  #wakeTimer(run: () => void): void {
    if (this.#state === "running") run();
    else if (this.#state === "paused") this.#timers.push(run);
  }

  beforeWrite(): Promise<void> | undefined {
    this.onWrite?.();
    this.onWrite = undefined;
    if (!this.pausesAtWrite) return undefined;
    this.pausesAtWrite = false;
    this.#wire.history.noteFault("pause at a write", this.name);
    this.pause();
    return new Promise((resolve) => this.wake(resolve));
  }

  pause(): void {
    if (this.#state === "running") this.#state = "paused";
  }

  /** Goes on: all that came due meanwhile runs at once; an event loop may look at its timers or its connections first. */
  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "running";
    const [timers, arrivals] = [this.#timers, this.#arrivals];
    this.#forget();
    const backlog = this.#chance.happens(0.5) ? [...timers, ...arrivals] : [...arrivals, ...timers];
    for (const run of backlog) this.#wire.timeline.after(0, () => this.wake(run));
  }

  kill(): void {
    this.#state = "dead";
    this.#forget();
  }

  #forget(): void {
    this.#timers = [];
    this.#arrivals = [];
  }
}
