import { copiesOf } from "../../cluster/copies.ts";
import { topologyOf } from "../../cluster/layout.ts";
import { physicalUid } from "../../cluster/registry.ts";
import type { Topology } from "../../cluster/topology.ts";
import { describeDifference } from "../../cluster/topology-difference.ts";
import { isSupportedVersion, OLDEST_SERVER } from "../../execute/server-version.ts";
import { STATE_INDEX } from "../../execute/state-index.ts";
import type { NodeSurvey } from "../survey/node-survey.ts";
import type { ReplicaState } from "../survey/replica-state.ts";
import type { ClusterSurvey } from "../survey/survey.ts";
import { troubleOf } from "../survey/trouble.ts";
import { lostIndexes } from "./held-states.ts";

/** `miroir status --json`. */
export interface StatusReport {
  readonly clusterId: string | null;
  /** `unavailable`: some shard of some index has no copy that could answer. */
  readonly health: "healthy" | "degraded" | "unavailable";
  /** Null when no server could be asked. */
  readonly founded: boolean | null;
  readonly epoch: number;
  readonly shards: number;
  readonly replicationFactor: number;
  /** Copies of every document, all groups together. */
  readonly copies: number;
  readonly versions: readonly string[];
  readonly nodes: readonly NodeStatus[];
  readonly indexes: readonly IndexStatus[];
  readonly debts: readonly DebtStatus[];
  readonly balance: { readonly shards: Spread; readonly documents: Spread | null };
  readonly warnings: readonly string[];
}

/** One server. What only the server knows is null while it is suspect. */
export interface NodeStatus {
  readonly id: string;
  readonly url: string;
  readonly group: string;
  readonly state: "up" | "suspect";
  /** Why it is suspect. */
  readonly reason: string | null;
  readonly version: string | null;
  /** Shards that it holds a copy of. */
  readonly shards: number;
  /** Copies of documents, of all indexes. */
  readonly documents: number | null;
  /** Tasks that it has not finished. */
  readonly queue: number | null;
  /** Pairs of index and shard that it owes writes of. */
  readonly owes: number;
}

/** One logical index. */
export interface IndexStatus {
  readonly uid: string;
  /** Counted once each; null when a server would not say. */
  readonly documents: number | null;
  /** Shards by what their copies are: all there, some of them, none that answers. */
  readonly shards: { readonly complete: number; readonly degraded: number; readonly missing: number };
}

/** What one replica of a shard owes of an index. */
export interface DebtStatus {
  /** Physical uid. */
  readonly index: string;
  readonly shard: number;
  readonly node: string;
  /** Number of documents, "all" when anything in the shard may be missing. */
  readonly documents: number | "all";
}

/** Least and most of something on one node. */
interface Spread {
  readonly least: number;
  readonly most: number;
}

/** Puts together what a survey says about the state of a cluster. */
export function statusReport(
  survey: ClusterSurvey,
  stateOf: ReplicaState,
  documents: ReadonlyMap<string, number | null>,
): StatusReport {
  const { topology } = survey;
  const nodes = survey.nodes.map((node) => nodeStatus(node, survey));
  const indexes = survey.rows.map((row) => {
    const shards = shardStates(topologyOf(row, topology), (node, shard) => stateOf(physicalUid(row), node, shard));
    return { uid: row.uid, documents: documents.get(row.uid) ?? null, shards };
  });
  const versions = [...new Set(nodes.flatMap(({ version }) => version ?? []))].sort();
  const warnings = warningsOf(survey, versions);
  const held = nodes.flatMap((node) => node.documents ?? []);
  return {
    clusterId: topology.clusterId || null,
    health: healthOf(survey, { stateOf, isSound: warnings.length === 0 && nodes.every(({ state }) => state === "up") }),
    founded: survey.isFounded || (survey.nodes.some(({ kind }) => kind === "answered") ? false : null),
    epoch: topology.epoch,
    shards: topology.shards,
    replicationFactor: topology.replicationFactor,
    copies: copiesOf(topology),
    versions,
    nodes,
    indexes,
    debts: debtsOf(survey),
    balance: {
      shards: spreadOf(nodes.map(({ shards }) => shards)),
      documents: held.length === 0 ? null : spreadOf(held),
    },
    warnings,
  };
}

function nodeStatus(survey: NodeSurvey, cluster: ClusterSurvey): NodeStatus {
  const { id, url, group } = survey.node;
  const reason = troubleOf(survey, cluster) ?? null;
  const { tables, owes } = { tables: cluster.topology.groups, owes: cluster.debts.filter(({ node }) => node === id) };
  const shards = tables.flatMap(({ table }) => table).filter((row) => row.includes(id)).length;
  const answer = survey.kind === "answered" ? survey : undefined;
  const own = answer?.documentsByIndex ?? new Map<string, number>();
  const held = [...own].filter(([uid]) => uid !== STATE_INDEX).reduce((sum, [, count]) => sum + count, 0);
  return {
    ...{ id, url, group, state: reason === null ? "up" : "suspect", reason, version: answer?.version ?? null, shards },
    documents: reason === null ? held : null,
    queue: answer?.queue ?? null,
    owes: new Set(owes.map(({ index, shard }) => `${index}/${shard}`)).size,
  };
}

function shardStates(topology: Topology, stateOf: (node: string, shard: number) => string) {
  const states = Array.from({ length: topology.shards }, (_, shard) => {
    const copies = topology.groups.flatMap(({ table }) => table[shard] ?? []).map((node) => stateOf(node, shard));
    if (copies.every((state) => state === "good")) return "complete";
    return copies.every((state) => state === "no") ? "missing" : "degraded";
  });
  const count = (wanted: string) => states.filter((state) => state === wanted).length;
  return { complete: count("complete"), degraded: count("degraded"), missing: count("missing") };
}

/** A cluster without indexes is judged by who could hold one; debts name an index, so they do not matter to it. */
function healthOf(
  survey: ClusterSurvey,
  { stateOf, isSound }: { readonly stateOf: ReplicaState; readonly isSound: boolean },
): StatusReport["health"] {
  const { missing } = shardStates(survey.topology, (node, shard) => stateOf("", node, shard));
  if (missing > 0) return "unavailable";
  return isSound && survey.debts.length === 0 ? "healthy" : "degraded";
}

function warningsOf(survey: ClusterSurvey, versions: readonly string[]): string[] {
  const { configured, topology, isFounded } = survey;
  const difference = isFounded ? describeDifference(configured, topology) : undefined;
  const old = versions.filter((version) => !isSupportedVersion(version));
  return [
    ...(difference === undefined ? [] : [`clients with this configuration are refused: ${difference}`]),
    ...behindOf(survey),
    ...lostIndexes(survey).map(({ index, node }) => `node ${node} has no index ${index}`),
    ...(versions.length > 1 ? [`the nodes run different versions: ${versions.join(", ")}`] : []),
    ...(old.length > 0 ? [`clients refuse servers older than ${OLDEST_SERVER}: ${old.join(", ")}`] : []),
  ];
}

function behindOf({ missed }: ClusterSurvey): string[] {
  const nodes = [...new Set(missed.map(({ node }) => node))];
  return nodes.map((node) => {
    const changes = new Set(missed.filter((change) => change.node === node).map(({ what }) => what));
    return `node ${node} has yet to be given what it missed: ${[...changes].join(", ")}`;
  });
}

function debtsOf({ debts }: ClusterSurvey): DebtStatus[] {
  const byReplica = new Map<string, { index: string; shard: number; node: string; ids: Set<string> | "all" }>();
  for (const { index, shard, node, ids } of debts) {
    const key = `${index}/${shard}/${node}`;
    const known = byReplica.get(key)?.ids ?? new Set<string>();
    const all = ids === "all" || known === "all";
    byReplica.set(key, { index, shard, node, ids: all ? "all" : new Set([...known, ...ids]) });
  }
  return [...byReplica.values()]
    .map(({ ids, ...replica }) => ({ ...replica, documents: ids === "all" ? ids : ids.size }))
    .sort((a, b) => a.node.localeCompare(b.node) || a.index.localeCompare(b.index) || a.shard - b.shard);
}

function spreadOf(numbers: readonly number[]): Spread {
  return { least: Math.min(...numbers), most: Math.max(...numbers) };
}
