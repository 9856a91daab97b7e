import type { Debt } from "../../cluster/debt.ts";
import type { MissedChange } from "../../cluster/missed.ts";
import { type IndexRow, latestRows, parseRow } from "../../cluster/registry.ts";
import type { Topology } from "../../cluster/topology.ts";
import { DebtBook } from "../../execute/debt-book.ts";
import type { Keeper } from "../../execute/identity.ts";
import { MissedBook } from "../../execute/missed-book.ts";
import { NodeRecords } from "../../execute/node-records.ts";
import type { Operator } from "../../execute/operator.ts";
import type { StateRecord } from "../../execute/state-index.ts";
import { TaskHighWater } from "../../execute/task-high-water.ts";
import { systemRandom } from "../../util/random.ts";
import type { Target } from "../cluster-flags.ts";
import { type Marker, markerOf } from "./marker.ts";
import { type AnsweringNode, type NodeSurvey, surveyNode } from "./node-survey.ts";

/** Everything that was learned about a cluster by asking each of its servers once; nothing was written anywhere. */
export interface ClusterSurvey {
  /** As the command was told. */
  readonly configured: Topology;
  /**
   * The one in force: as the store says unless it is behind the markers, or as the markers say, with the addresses that the
   * command was told; `configured` when there are no markers.
   */
  readonly topology: Topology;
  /** Who keeps what the cluster's processes share. */
  readonly keeper: Keeper;
  readonly isFounded: boolean;
  readonly nodes: readonly NodeSurvey[];
  /** Existing logical indexes, by uid. */
  readonly rows: readonly IndexRow[];
  readonly debts: readonly Debt[];
  /** Administrative changes that nodes have yet to be given, in order for each node. */
  readonly missed: readonly MissedChange[];
  /** What processes saw of the nodes. */
  readonly highWater: TaskHighWater;
}

/** Asks every server of a target. */
export async function surveyCluster(operator: Operator, target: Target): Promise<ClusterSurvey> {
  const surveys = await Promise.all(target.topology.nodes.map((node) => surveyNode(operator, node)));
  const inForce = topologyInForce(target, surveys);
  const keeper = target.records === undefined ? "nodes" : "store";
  if (inForce === undefined) {
    const { topology } = target;
    return { configured: topology, topology, keeper, isFounded: false, nodes: surveys, ...NOTHING_SHARED };
  }
  const nodes = surveys.map((survey) => named(survey, target, inForce));
  const configured = target.isFromFile ? target.topology : fillIn(target, { inForce, nodes });
  const urls = new Map(nodes.map(({ node }) => [node.id, node.url]));
  const topology = {
    ...inForce,
    nodes: inForce.nodes.map((node) => ({ ...node, url: urls.get(node.id) ?? node.url })),
  };
  const onNodes = nodes.flatMap((survey) => (isMember(survey, topology) ? (survey.records ?? []) : []));
  const records = target.records ?? onNodes;
  return {
    ...{ configured, topology, keeper, isFounded: true, nodes },
    rows: rowsAmong(records).filter((row) => !row.deleted),
    debts: debtsAmong(operator, topology, records),
    missed: missedAmong(records),
    highWater: highWaterAmong(records),
  };
}

const NOTHING_SHARED = { rows: [], debts: [], missed: [], highWater: new TaskHighWater() } as const;

/** Why a node that says it is one of the cluster's is not used: it came back with an older state; undefined otherwise. */
export function whyOld(survey: NodeSurvey, { highWater }: Pick<ClusterSurvey, "highWater">): string | undefined {
  const marker = markerOf(survey);
  if (survey.kind !== "answered" || !isRead(marker)) return undefined;
  const { incarnation, taskUid, at } = highWater.seen(survey.node.id);
  if (marker.incarnation < incarnation) return "came back with a state from before it was rebuilt";
  if (survey.newestTask >= taskUid) return undefined;
  return `came back with an older state: its newest task is ${survey.newestTask}, and ${taskUid} was seen there at ${at}`;
}

/** Whether a server answers, and is the node of the cluster that it is taken for. Any server is before there are markers. */
export function isMember(survey: NodeSurvey, topology: Topology, isFounded = true): survey is AnsweringNode {
  if (survey.kind !== "answered") return false;
  if (!isFounded) return true;
  const marker = markerOf(survey);
  return marker?.kind === "read" && marker.clusterId === topology.clusterId && marker.nodeId === survey.node.id;
}

/** The newest topology of the cluster that was named, or of the one that most markers name. */
function topologyInForce({ topology, records }: Target, surveys: readonly NodeSurvey[]): Topology | undefined {
  const markers = surveys.map(markerOf).filter((marker) => isRead(marker));
  const votes = (id: string) => markers.filter((marker) => marker.clusterId === id).length;
  const named = markers.filter((marker) => marker.clusterId === topology.clusterId);
  const candidates = named.length > 0 ? named : markers;
  const [best] = candidates.toSorted(
    (a, b) => votes(b.clusterId) - votes(a.clusterId) || b.topology.epoch - a.topology.epoch,
  );
  // Nodes are told of changed owners only, so that a store is ahead of them as a rule.
  const isStores = records !== undefined && named.length > 0 && topology.epoch >= (best?.topology.epoch ?? 0);
  return isStores ? topology : best?.topology;
}

function isRead(marker: Marker | undefined): marker is Extract<Marker, { kind: "read" }> {
  return marker?.kind === "read";
}

/** Gives a server that came without an id the one its marker says, or the one that the cluster has at its address. */
function named(survey: NodeSurvey, { unsaid }: Target, inForce: Topology): NodeSurvey {
  if (!unsaid.ids.has(survey.node.id)) return survey;
  const marker = markerOf(survey);
  const said = isRead(marker) && marker.clusterId === inForce.clusterId ? marker.nodeId : undefined;
  const known = inForce.nodes.find(({ id, url }) => (said === undefined ? url === survey.node.url : id === said));
  return known === undefined ? survey : { ...survey, node: { ...known, url: survey.node.url } };
}

/** The configuration that a list of addresses stands for: what it does not say is as the markers say. */
function fillIn(
  { topology, unsaid }: Target,
  { inForce, nodes }: { readonly inForce: Topology; readonly nodes: readonly NodeSurvey[] },
): Topology {
  const groups = new Map(inForce.nodes.map(({ id, group }) => [id, group]));
  return {
    ...inForce,
    replicationFactor: unsaid.replicationFactor ? inForce.replicationFactor : topology.replicationFactor,
    shards: unsaid.shards ? inForce.shards : topology.shards,
    nodes: nodes.map(({ node }) => ({ ...node, group: groups.get(node.id) ?? node.group })),
  };
}

function rowsAmong(records: readonly StateRecord[]): IndexRow[] {
  const rows = records.filter(({ kind }) => kind === "index").map(({ value }) => parseRow(value));
  return [...latestRows(rows).values()].sort((a, b) => (a.uid < b.uid ? -1 : 1));
}

function missedAmong(records: readonly StateRecord[]): MissedChange[] {
  const book = new MissedBook({ keep: () => Promise.resolve() }, systemRandom);
  book.load(records);
  return book.list();
}

function highWaterAmong(records: readonly StateRecord[]): TaskHighWater {
  const highWater = new TaskHighWater();
  highWater.load(records);
  return highWater;
}

function debtsAmong(operator: Operator, topology: Topology, records: readonly StateRecord[]): Debt[] {
  const book = new DebtBook(new NodeRecords({ operator, live: { topology }, isSuspect: () => false }), systemRandom);
  book.reshard(topology.shards);
  book.load(records);
  return book.ledger.list();
}
