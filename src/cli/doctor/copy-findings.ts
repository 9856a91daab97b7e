import { topologyOf } from "../../cluster/layout.ts";
import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import { physicalFacetMax } from "../../cluster/settings/physical.ts";
import type { Topology } from "../../cluster/topology.ts";
import { shardTag } from "../../routing/reserved.ts";
import type { ReplicaState } from "../survey/replica-state.ts";
import { counted } from "../terminal/counted.ts";
import type { Finding } from "./finding.ts";
import type { HeldIndex } from "./read-indexes.ts";

/** What the copies are judged with. */
export interface CopyContext {
  readonly topology: Topology;
  readonly stateOf: ReplicaState;
}

/** Documents of each shard on one node. */
interface ShardCounts {
  readonly held: HeldIndex;
  readonly counts: readonly number[];
}

/**
 * Where copies of a shard hold different numbers of documents, and documents lie where nobody asks for them. A node with
 * tasks to do is not judged, nor is one whose counts do not reach down to this number of shards.
 */
export function copyFindings(held: readonly HeldIndex[], context: CopyContext): Finding[] {
  const counted = held.flatMap((index) => shardCounts(index, context.topology));
  const uids = [...new Set(held.map(({ row }) => row.uid))];
  return [
    ...uids.flatMap((uid) =>
      differingCopies(
        uid,
        counted.filter((entry) => entry.held.row.uid === uid),
        context,
      ),
    ),
    ...counted.flatMap((entry) => misplaced(entry, context.topology)),
  ];
}

function shardCounts(held: HeldIndex, { shards }: Topology): ShardCounts[] {
  const { countsByTag, holder, row } = held;
  if (countsByTag === undefined || holder.queue > 0) return [];
  if (!isComplete(countsByTag, row, shards)) return [];
  return [{ held, counts: Array.from({ length: shards }, (_, shard) => countsByTag[shardTag(shards, shard)] ?? 0) }];
}

/**
 * Whether the counts of every shard at this level are among the values that a node answered: all values are, or the list
 * was cut in the order of the tags, which starts with the lowest level, somewhere behind it.
 */
function isComplete(countsByTag: Readonly<Record<string, number>>, { settings }: IndexRow, shards: number): boolean {
  const { maxValuesPerFacet = 100, sortFacetValuesBy = {} } = (settings["faceting"] ?? {}) as Partial<Faceting>;
  const tags = Object.keys(countsByTag);
  if (tags.length < physicalFacetMax(maxValuesPerFacet)) return true;
  return sortFacetValuesBy["*"] !== "count" && tags.some((tag) => tag >= shardTag(2 * shards, 0));
}

interface Faceting {
  readonly maxValuesPerFacet: number;
  readonly sortFacetValuesBy: Readonly<Record<string, string>>;
}

function differingCopies(uid: string, entries: readonly ShardCounts[], { topology, stateOf }: CopyContext): Finding[] {
  const shards = Array.from({ length: topology.shards }, (_, shard) => shard);
  const differing = shards.flatMap((shard) => {
    const copies = entries.filter(({ held: { holder, row } }) => {
      const place = row.replicate === "everywhere" ? 0 : shard; // debts of such an index are all of one shard
      const owners = topologyOf(row, topology).groups.flatMap(({ table }) => table[place] ?? []);
      return owners.includes(holder.node.id) && stateOf(physicalUid(row), holder.node.id, place) === "good";
    });
    return new Set(copies.map(({ counts }) => counts[shard])).size > 1 ? [{ shard, copies }] : [];
  });
  if (differing.length === 0) return [];
  const nodes = [...new Set(differing.flatMap(({ copies }) => copies.map(({ held }) => held.holder.node.id)))].sort();
  const named = differing.map(({ shard }) => shard);
  const which =
    named.length > 8 ? counted(named.length, "shard") : `shard${named.length > 1 ? "s" : ""} ${named.join(", ")}`;
  return [
    {
      ...{ code: "copies_differ", severity: "error", nodes, index: uid },
      message: `Copies of index ${uid} hold different numbers of documents in ${which}.`,
      remedy: "Look again when nobody writes. `miroir verify` says which documents, with --repair it makes them equal.",
    },
  ];
}

function misplaced({ held, counts }: ShardCounts, { groups }: Topology): Finding[] {
  const { holder, row } = held;
  const { id } = holder.node;
  const stray = counts.reduce((sum, count, shard) => {
    const isOwn = row.replicate === "everywhere" || groups.some(({ table }) => table[shard]?.includes(id));
    return isOwn ? sum : sum + count;
  }, 0);
  const tagged = counts.reduce((sum, count) => sum + count, 0);
  const untagged = (holder.documentsByIndex.get(physicalUid(row)) ?? 0) - tagged;
  const common = { severity: "warning", nodes: [id], index: row.uid } as const;
  return [
    ...(stray > 0
      ? [
          {
            ...({ ...common, code: "stray_documents" } as const),
            message: `Node ${id} holds ${counted(stray, "document")} of index ${row.uid} in shards that are not its own.`,
            remedy: "Nothing is wrong with answers, which leave them out. Delete them on the server to free the space.",
          },
        ]
      : []),
    ...(untagged > 0
      ? [
          {
            ...({ ...common, code: "untagged_documents" } as const),
            message: `Node ${id} holds ${counted(untagged, "document")} of index ${row.uid} that were not written through miroir.`,
            remedy: "Answers leave them out. Write them again through a miroir client, and delete them on the server.",
          },
        ]
      : []),
  ];
}
