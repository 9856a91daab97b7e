import type { NodeRequest } from "../../../src/transport/transport.ts";
import type { SimulatedProcess } from "../cluster/simulated-process.ts";
import { isDocumentWrite } from "../cluster/trip.ts";
import { STORE } from "../store/store-server.ts";
import type { World } from "../world.ts";
import type { Corpus } from "./corpus.ts";
import { DRIVER, ownerOf } from "./owners.ts";

/** What a {@link Provoker} works with. */
export interface ProvokerOptions {
  readonly world: World;
  readonly corpus: Corpus;
  /** Calls that it may provoke. */
  readonly mostCalls: number;
  /** The processes that read and write. */
  users(): readonly SimulatedProcess[];
  /** Has a user of a process call. */
  call(process: SimulatedProcess, provoked: Provoked): void;
}

/** What a user is to do. */
export interface Occasion {
  /** The documents to choose from, if the user may write any of them. */
  readonly hot?: readonly string[];
  /** Whether it reads, whatever it does usually. */
  readonly isRead?: boolean;
}

/** A call that was provoked. */
export interface Provoked extends Occasion {
  /** Of no other call. */
  readonly number: number;
}

/** Calls that users make all at once. */
interface Burst {
  /** Share of the occasions. */
  readonly share: number;
  readonly calls: number;
  /** Longest time until each, in milliseconds. */
  readonly latestMs: number;
}

/** Who calls, and about what; whoever lives, and what is being moved, unless told. */
interface Provocation extends Occasion {
  isMeant?(process: SimulatedProcess): boolean;
}

/** When a job has come to its next step, and when somebody compares or copies. */
const BURST_OF_STEP: Burst = { share: 0.7, calls: 5, latestMs: 300 };
const BURST_OF_FETCH: Burst = { share: 0.3, calls: 3, latestMs: 5 };

/** When it has come there while some process knows nothing of it: by the others, and by that process later. */
const BURST_OF_OTHERS: Burst = { share: 1, calls: 6, latestMs: 1500 };
const BURST_BEHIND: Burst = { share: 1, calls: 6, latestMs: 8000 };

/** When somebody clears a former owner: reads of a process that may take it for an owner yet. */
const BURST_OF_PURGE: Burst = { share: 1, calls: 12, latestMs: 3000 };

/** When a write is on its way whose connection broke: by the same process, which may think that it is done. */
const BURST_OF_LATE: Burst = { share: 0.3, calls: 3, latestMs: 1000 };

/** Calls of the users of a process that something is wrong with. */
const TEMPTED_CALLS = 8;

/** Has users call just when a race may be on: on top of what they do anyway. */
export class Provoker {
  readonly #options: ProvokerOptions;
  /** The shards that were last moved, or are being moved. */
  #moved: readonly number[] = [];
  /** Moments at which users might have been provoked. */
  #bursts = 0;
  /** Calls that came of it. */
  calls = 0;

  constructor(options: ProvokerOptions) {
    this.#options = options;
  }

  /** A job has come to its next step. */
  jobSteps(): void {
    this.#moved = this.#options.world.topology.change?.shards ?? this.#moved;
    this.#provoke(BURST_OF_STEP);
    // While some know least, others write: what those must not miss, or must say that they may.
    if (this.#cutUsers().length === 0) return;
    this.#provoke(BURST_OF_OTHERS, { isMeant: (process) => !this.#cutUsers().includes(process) });
    this.#provoke(BURST_BEHIND);
  }

  /** A node is handed a request: who looks at documents is about to compare or copy them. */
  lands({ path, body = "" }: NodeRequest, caller: string): void {
    const isPurge = path.endsWith("/documents/delete") && ownerOf({ name: caller }) === DRIVER;
    if (isPurge && this.#cutUsers().length > 0) this.#provoke(BURST_OF_PURGE, { isRead: true });
    if (!path.endsWith("/documents/fetch")) return;
    const hot = this.#idsIn(body);
    this.#provoke(BURST_OF_FETCH, {
      hot,
      isMeant: (process) => process.name !== caller && this.#mayWrite(process, hot),
    });
  }

  /** A request lands later than its sender thinks. */
  isLate(request: NodeRequest, caller: string): void {
    const hot = isDocumentWrite(request) ? this.#idsIn(request.body ?? "") : [];
    if (hot.length > 0) this.#provoke(BURST_OF_LATE, { hot, isMeant: ({ name }) => name === caller });
  }

  /** Has the users of a process call now and then for a while. */
  tempt(process: SimulatedProcess, forMs: number): void {
    this.#provoke({ share: 1, calls: TEMPTED_CALLS, latestMs: forMs }, { isMeant: (other) => other === process });
  }

  #provoke({ share, calls, latestMs }: Burst, { isMeant, hot = [], isRead = false }: Provocation = {}): void {
    const { world, mostCalls, call } = this.#options;
    const chance = world.chance.stream(`burst ${this.#bursts++}`);
    const processes = this.#callers(isMeant);
    if (!chance.happens(share) || processes.length === 0) return;
    // However much was provoked before: there are few occasions to read, and nobody is disturbed.
    for (let made = 0; made < calls && (isRead || this.calls < mostCalls); made++) {
      const process = chance.pick(processes);
      const number = this.calls++;
      world.timeline.after(chance.between(0, latestMs), () => {
        process.wake(() => call(process, { number, hot: hot.length > 0 ? hot : this.#movedIds(), isRead }));
      });
    }
  }

  /** Those who may know least: a process that cannot hear of what others wrote down, if there is one. */
  #callers(isMeant: Provocation["isMeant"]): SimulatedProcess[] {
    const meant = this.#options.users().filter((process) => isMeant?.(process) !== false);
    const cut = this.#cutUsers().filter((process) => meant.includes(process));
    return cut.length > 0 ? cut : meant;
  }

  /** Processes that nothing reaches from the store. */
  #cutUsers(): SimulatedProcess[] {
    const { world, users } = this.#options;
    return users().filter(({ name }) => world.wire.network.isBlocked(name, STORE, "answers"));
  }

  #mayWrite(process: SimulatedProcess, ids: readonly string[]): boolean {
    const own = this.#options.corpus.idsOf(ownerOf(process));
    return ids.length === 0 || ids.some((id) => own.includes(id));
  }

  #idsIn(body: string): string[] {
    return this.#options.corpus.ids.filter((id) => body.includes(`"${id}"`));
  }

  #movedIds(): string[] {
    const { world, corpus } = this.#options;
    return corpus.ids.filter((id) => this.#moved.includes(world.shardOf(id)));
  }
}
