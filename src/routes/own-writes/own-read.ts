import type { Topology } from "../../cluster/topology.ts";
import type { Meta } from "../../core/meta.ts";
import type { ClusterResponse } from "../../core/types.ts";
import type { Deadline } from "../../execute/deadline.ts";

/** What a call reads that wants to see its session's writes. */
export interface OwnRead {
  /** Who holds the index's shards. */
  readonly topology: Pick<Topology, "groups" | "shards">;
  /** Physical uids; every index when absent. */
  readonly indexes?: readonly string[];
  readonly shards: readonly number[];
  /** Whether every node is asked, and not one replica of each shard. */
  readonly isOfAllNodes?: boolean;
}

/** Whether a replica must not answer for a shard, since it lacks a write that the session made. */
export type LacksOwn = (node: string, shard: number) => boolean;

/** One call through a session, as the routes see it. */
export interface SessionCall {
  /**
   * Resolves when a read can see the session's writes; answers which replicas it has to avoid for that.
   * @throws MiroirError `miroir_session_timeout`
   */
  untilSeen(read: OwnRead, deadline: Deadline): Promise<LacksOwn>;
  /** Remembers the write whose virtual task an answer names. */
  note(taskUid: number, meta: Meta | undefined): void;
  /** The answer, which says so when it may lack writes. */
  mark(response: ClusterResponse): ClusterResponse;
}
