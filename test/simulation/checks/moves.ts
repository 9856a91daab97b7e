import type { ReplicaGroup, Topology } from "../../../src/cluster/topology.ts";

/** What a change may move, in shares of what it needs from the table in force. */
const MOST = 1.05;

/** Counts the replicas that a job gives to nodes, however often it is taken over and planned again. */
export class MoveChecker {
  readonly violations: string[] = [];
  #from: readonly ReplicaGroup[] = [];
  #last: readonly ReplicaGroup[] = [];
  #moved = 0;

  /** A job begins. */
  begin({ groups }: Pick<Topology, "groups">): void {
    [this.#from, this.#last, this.#moved] = [groups, groups, 0];
  }

  /** Another topology is in force. Where the number of shards changes, nothing moves. */
  topology({ groups }: Pick<Topology, "groups">): void {
    if (!isSameShards(this.#last, groups)) this.begin({ groups });
    this.#moved += added(this.#last, groups);
    this.#last = groups;
  }

  /** A job came to its end. */
  done(job: string): void {
    const needed = added(this.#from, this.#last);
    if (this.#moved <= needed * MOST) return;
    this.violations.push(`job ${job} moved ${this.#moved} replicas, where ${needed} would have done`);
  }
}

/** Replicas that nodes got. */
function added(before: readonly ReplicaGroup[], after: readonly ReplicaGroup[]): number {
  return after.reduce((sum, { name, table }) => {
    const former = before.find((group) => group.name === name)?.table ?? [];
    return sum + table.flatMap((row, shard) => row.filter((node) => former[shard]?.includes(node) !== true)).length;
  }, 0);
}

function isSameShards(before: readonly ReplicaGroup[], after: readonly ReplicaGroup[]): boolean {
  const shardsOf = (groups: readonly ReplicaGroup[]) => groups[0]?.table.length;
  return shardsOf(before) === shardsOf(after);
}
