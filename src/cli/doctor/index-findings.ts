import { type IndexRow, latestRows, parseRow, physicalUid } from "../../cluster/registry.ts";
import { toPhysical } from "../../cluster/settings/physical.ts";
import { differingSettings } from "../../cluster/settings/settings-difference.ts";
import type { Keeper } from "../../execute/identity.ts";
import { markerOf } from "../survey/marker.ts";
import type { AnsweringNode } from "../survey/node-survey.ts";
import type { ClusterSurvey } from "../survey/survey.ts";
import { counted } from "../terminal/counted.ts";
import type { Finding } from "./finding.ts";
import type { HeldIndex } from "./read-indexes.ts";

/** Every index of miroir's own starts with this. */
const OWN_PREFIX = "miroir__";

/** Where nodes have other indexes, settings or registry rows than they should. */
export function indexFindings(
  { rows, keeper }: Pick<ClusterSurvey, "rows" | "keeper">,
  members: readonly AnsweringNode[],
  held: readonly HeldIndex[],
): Finding[] {
  return [
    ...members.flatMap((member) => missingIndexes(rows, member)),
    // Without the store that holds the rows, every index would look like a stranger that may be deleted.
    ...members.filter((member) => keeperOn(member) === keeper).flatMap((member) => unknownIndexes(rows, member)),
    ...held.flatMap(heldFindings),
    ...members.flatMap((member) => registryFindings(rows, member)),
  ];
}

function missingIndexes(rows: readonly IndexRow[], { node, documentsByIndex }: AnsweringNode): Finding[] {
  return rows
    .filter((row) => !documentsByIndex.has(physicalUid(row)))
    .map(
      (row): Finding => ({
        ...{ code: "index_missing", severity: "error", nodes: [node.id], index: row.uid },
        message: `Node ${node.id} has no index ${physicalUid(row)}, which holds its shards of ${row.uid}.`,
        remedy: "Restore the server from a backup. If the index was just created, wait for its task and look again.",
      }),
    );
}

function unknownIndexes(rows: readonly IndexRow[], { node, documentsByIndex }: AnsweringNode): Finding[] {
  const known = new Set(rows.map(physicalUid));
  return [...documentsByIndex]
    .filter(([uid]) => !known.has(uid) && !uid.startsWith(OWN_PREFIX))
    .map(
      ([uid, documents]): Finding => ({
        ...{ code: "index_unknown", severity: "warning", nodes: [node.id], index: uid },
        message: `Node ${node.id} has an index ${uid} (${counted(documents, "document")}) that was not made through miroir.`,
        remedy: "Delete it there, or move it: clients do not see it, and cannot create one of this name.",
      }),
    );
}

function heldFindings({ row, holder, primaryKey, settings }: HeldIndex): Finding[] {
  const { id } = holder.node;
  const differing = differingSettings(toPhysical(row.settings, { primaryKey: row.primaryKey }), settings);
  const isKeyOther = row.primaryKey !== null && primaryKey !== null && primaryKey !== row.primaryKey;
  return [
    ...(differing.length === 0 ? [] : [settingsFinding(row.uid, holder, differing)]),
    ...(isKeyOther
      ? [
          {
            ...({ code: "primary_key_differs", severity: "error", nodes: [id], index: row.uid } as const),
            message: `The primary key of index ${row.uid} is ${row.primaryKey}, and ${primaryKey} on node ${id}.`,
            remedy: `Somebody changed it on the server itself. Set it back to ${row.primaryKey} there.`,
          },
        ]
      : []),
  ];
}

function settingsFinding(uid: string, { node, queue }: AnsweringNode, differing: readonly string[]): Finding {
  return {
    ...{ code: "settings_differ", severity: queue > 0 ? "warning" : "error", nodes: [node.id], index: uid },
    message: `Node ${node.id} has other settings for index ${uid} than it should: ${differing.join(", ")}.`,
    remedy:
      queue > 0
        ? `It still has ${counted(queue, "task")} to do; look again when they are done.`
        : "`miroir settings verify --repair` sends the node what it should have.",
  };
}

/** Who keeps the rows, as a node's marker says. */
function keeperOn(member: AnsweringNode): Keeper {
  const marker = markerOf(member);
  return marker?.kind === "read" ? marker.keeper : "nodes";
}

/** A node that does not hold the row in force cannot tell it to a process that finds this node alone; where a store holds the rows, no node has to. */
function registryFindings(rows: readonly IndexRow[], member: AnsweringNode): Finding[] {
  const { node, records } = member;
  if (keeperOn(member) === "store") return [];
  const own = latestRows((records ?? []).filter(({ kind }) => kind === "index").map(({ value }) => parseRow(value)));
  return rows
    .filter((row) => own.get(row.uid)?.stamp !== row.stamp)
    .map(
      (row): Finding => ({
        ...{ code: "registry_differs", severity: "warning", nodes: [node.id], index: row.uid },
        message: `Node ${node.id} ${own.has(row.uid) ? "has an older record of" : "has no record of"} index ${row.uid}.`,
        remedy:
          "Change any setting of the index through a miroir client while every node answers: it writes the record anew.",
      }),
    );
}
