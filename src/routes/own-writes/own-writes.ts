import { MiroirError } from "../../core/errors.ts";
import type { Meta } from "../../core/meta.ts";
import type { ClusterResponse } from "../../core/types.ts";
import { Deadline, DeadlineExceeded } from "../../execute/deadline.ts";
import type { PendingWrite, WriteProgress } from "../../tasks/own-writes/pending-write.ts";
import type { ReadYourWrites } from "../../tasks/own-writes/read-your-writes.ts";
import type { NodeTaskRef } from "../../tasks/virtual-task.ts";
import { untilAborted } from "../../util/abort.ts";
import type { Cluster } from "../cluster.ts";
import { notedWrite } from "./noted-write.ts";
import type { LacksOwn, OwnRead, SessionCall } from "./own-read.ts";
import { isConcerned, isSeenBy } from "./seen-by.ts";
import { nodesSeen, stateOf } from "./write-state.ts";

/** Writes that a session may wait for at once; a call through a full one waits until some are settled. */
const MOST_PENDING = 1000;

/** Pauses between two looks at the nodes' tasks, in milliseconds: the first, and the longest. */
const PAUSES_MS = { first: 2, longest: 40 };

/** Share of a call's time that may be spent on waiting, so that there is some left for the read. */
const WAITING_SHARE = 0.8;

/** One call through a session: notes what it writes, and keeps what it reads from lacking the session's writes. */
export class OwnWrites implements SessionCall {
  readonly #session: ReadYourWrites;
  readonly #cluster: Cluster;
  /** Why the answer may lack writes. */
  readonly #reasons = new Set<string>();

  /** @throws MiroirError `miroir_invalid_session` for a session of another cluster */
  constructor(session: ReadYourWrites, cluster: Cluster) {
    session.join(cluster.topology.clusterId);
    this.#session = session;
    this.#cluster = cluster;
  }

  /**
   * Learns which indexes there are, and what replicas owe, since other processes made writes of the session; makes room in
   * a full one.
   * @throws MiroirError `miroir_session_timeout`
   */
  async catchUp(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { pending } = this.#session;
    const { clock, registry } = this.#cluster;
    if (pending.size === 0 && !pending.isNewTo(registry)) return;
    const deadline = Deadline.start(clock, timeoutMs, signal);
    try {
      await this.#until(deadline, async () => (await this.#knowsRecords()) && pending.size < MOST_PENDING);
    } finally {
      deadline.end();
    }
    const surplus = Math.max(0, pending.size + 1 - MOST_PENDING);
    for (const write of pending.list().slice(0, surplus)) pending.drop(write);
  }

  async untilSeen(read: OwnRead, deadline: Deadline): Promise<LacksOwn> {
    if (this.#session.pending.size === 0) return () => false;
    const judging = { ...this.#cluster, isPinned: this.#session.options.mode === "pin" };
    let found: readonly WriteProgress[] = [];
    const isSeen = await this.#until(deadline, async () => {
      const writes = this.#session.pending.list().filter((write) => isConcerned(read, write));
      found = writes.map((write) => write.progress(nodesSeen(this.#cluster)));
      return isSeenBy(read, found, judging);
    });
    const { shards } = read.topology;
    if (!isSeen) return () => false;
    return (node, shard) => found.some(({ write, behind }) => behind.has(node) && write.touches(shard, shards));
  }

  note(taskUid: number, meta: Meta | undefined): void {
    const write = notedWrite(this.#cluster, taskUid, meta);
    if (write !== undefined) this.#session.pending.note(write, this.#cluster.registry);
  }

  mark(response: ClusterResponse): ClusterResponse {
    const { meta } = response;
    if (this.#reasons.size === 0 || meta === undefined) return response;
    return {
      ...response,
      meta: { ...meta, degraded: true, exact: false, reasons: [...meta.reasons, ...this.#reasons] },
    };
  }

  /** Whether the records were read since every write of another process, whose row and debts were in them by then. */
  async #knowsRecords(): Promise<boolean> {
    const { registry } = this.#cluster;
    const { pending } = this.#session;
    if (!pending.isNewTo(registry)) return true;
    const seen = nodesSeen(this.#cluster);
    const isOpen = (write: PendingWrite) => {
      return write.areRowsPending(seen) || (write.noted.index === undefined && write.progress(seen).pending.length > 0);
    };
    if (pending.list().some(isOpen)) return false;
    try {
      await pending.learn(registry, () => registry.refreshNow());
      return true;
    } catch (error) {
      if (error instanceof MiroirError) return false; // the next look may be luckier
      throw error;
    }
  }

  /** Looks at the nodes' tasks again and again; false when time is up and the answer may lack writes. */
  async #until(deadline: Deadline, isDone: () => Promise<boolean>): Promise<boolean> {
    const { clock, nodesById, tasks } = this.#cluster;
    const polling = { nodesById, ask: (refs: readonly NodeTaskRef[]) => tasks.ask(refs) };
    const limitMs = Math.min(this.#session.options.timeoutMs, deadline.remainingMs * WAITING_SHARE);
    const waiting = Deadline.start(clock, limitMs, deadline.signal);
    try {
      for (let pauseMs = 0; ; pauseMs = Math.min(PAUSES_MS.longest, Math.max(PAUSES_MS.first, 2 * pauseMs))) {
        this.#forgetSeen();
        if (await untilAborted(isDone(), waiting.signal)) return true;
        this.#requireTaskKey();
        if (pauseMs > 0) await clock.sleep(pauseMs, waiting.signal);
        await untilAborted(this.#session.pending.poll(polling), waiting.signal);
      }
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      this.#giveUp(limitMs);
      return false;
    } finally {
      waiting.end();
    }
  }

  /** Drops what every read sees; what replicas owe stays for other processes, until it is paid or there is no room. */
  #forgetSeen(): void {
    const { pending } = this.#session;
    const { registry } = this.#cluster;
    if (pending.isNewTo(registry)) return;
    for (const write of pending.list()) {
      const state = stateOf(this.#cluster, write);
      const wasOwed = pending.seeOwed(write, state === "owed", registry);
      const isPaid = wasOwed && state === "lost";
      if (state === "seen" || isPaid || (state === "owed" && pending.size >= MOST_PENDING)) pending.drop(write);
    }
  }

  #requireTaskKey(): void {
    if (!this.#cluster.operator.isSearchOnly) return;
    throw new MiroirError(
      "miroir_invalid_config",
      "`apiKey` is good for searches alone, and a session has to look at the nodes' tasks. Set `operatorKey` to a key that may read them.",
    );
  }

  #giveUp(limitMs: number): void {
    const what = `${this.#firstLacking()} after ${Math.round(limitMs)} ms`;
    if (this.#session.options.onTimeout === "stale") {
      this.#reasons.add(`The answer may lack writes of its session: ${what}.`);
      return;
    }
    const remedy = "Ask again, or give the session more `timeoutMs`.";
    throw new MiroirError("miroir_session_timeout", `The session's writes are not to be seen yet: ${what}. ${remedy}`, {
      status: 504,
    });
  }

  #firstLacking(): string {
    for (const write of this.#session.pending.list()) {
      const { pending, behind } = write.progress(nodesSeen(this.#cluster));
      const nodes = pending.length > 0 ? [...pending] : [...behind];
      const { taskUid, index } = write.noted;
      const target = index === undefined ? "" : ` of index \`${this.#cluster.registry.logicalUid(index)}\``;
      const names = nodes
        .sort()
        .map((node) => `\`${node}\``)
        .join(", ");
      if (nodes.length > 0) return `task ${taskUid}${target} is not known to have ended on node ${names}`;
    }
    return "the records of its writes could not be read";
  }
}
