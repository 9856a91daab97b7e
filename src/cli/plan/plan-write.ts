import { topologyOf } from "../../cluster/layout.ts";
import { belowQuorum, type WriteConsistency } from "../../cluster/quorum.ts";
import { physicalUid } from "../../cluster/registry.ts";
import { canonicalId } from "../../routing/document-id.ts";
import { DocumentRefusal } from "../../routing/document-refusal.ts";
import { type Hasher, idHash } from "../../routing/shard.ts";
import { CommandFailed, EXIT } from "../exit-code.ts";
import { replicaStates } from "../survey/replica-state.ts";
import type { ClusterSurvey } from "../survey/survey.ts";

/** `miroir plan write --json`. */
export interface WritePlan {
  readonly index: string;
  /** False when the first write would create the index. */
  readonly exists: boolean;
  readonly documents: readonly {
    readonly id: string;
    readonly shard: number;
    readonly replicas: readonly { readonly node: string; readonly group: string; readonly state: ReplicaVerdict }[];
    /** Whether enough replicas could acknowledge the write. */
    readonly quorum: boolean;
  }[];
}

/** `owes`: it would be sent full documents, and its acknowledgement of a document that it owes would not count. */
type ReplicaVerdict = "up" | "owes" | "suspect";

const VERDICTS = { good: "up", indebted: "owes", no: "suspect" } as const;

/**
 * Which shard holds each document and which nodes would be written to.
 * @throws CommandFailed `usage` for an id that no server takes
 */
export function writePlan(
  survey: ClusterSurvey,
  write: { readonly index: string; readonly ids: readonly string[]; readonly consistency: WriteConsistency },
  hasher: Hasher,
): WritePlan {
  const row = survey.rows.find(({ uid }) => uid === write.index);
  const topology = topologyOf(row ?? {}, survey.topology);
  const physical = row === undefined ? write.index : physicalUid(row);
  const stateOf = replicaStates(survey);
  const documents = write.ids.map((text) => {
    const id = checkedId(text);
    const shard = idHash(hasher, id) & (topology.shards - 1);
    const replicas = topology.groups.flatMap(({ name, table }) =>
      (table[shard] ?? []).map((node) => ({ node, group: name, state: VERDICTS[stateOf(physical, node, shard)] })),
    );
    const owes = (node: string) =>
      survey.debts.some((debt) => {
        const isOfReplica = debt.index === physical && debt.node === node && debt.shard === shard;
        return isOfReplica && (debt.ids === "all" || debt.ids.includes(id));
      });
    const below = belowQuorum({
      shards: [shard],
      groups: topology.groups,
      consistency: write.consistency,
      counts: (node) => stateOf(physical, node, shard) !== "no" && !owes(node),
    });
    return { id, shard, replicas, quorum: below.length === 0 };
  });
  return { index: physical, exists: row !== undefined, documents };
}

function checkedId(text: string): string {
  try {
    return canonicalId(text);
  } catch (error) {
    if (error instanceof DocumentRefusal) throw new CommandFailed(EXIT.usage, error.message);
    throw error;
  }
}
