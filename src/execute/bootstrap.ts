import { MeilisearchApiError } from "meilisearch";
import { parseTopology, type Topology } from "../cluster/topology.ts";
import { describeDifference } from "../cluster/topology-difference.ts";
import type { Attempt } from "../core/attempt.ts";
import { ClusterUnreachable, MiroirError } from "../core/errors.ts";
import type { ErrorBody, JsonObject, NodeInfo } from "../core/types.ts";
import type { NodeResponse } from "../transport/transport.ts";
import { incarnationOf, type Keeper, keeperOf, MARKER_ID } from "./identity.ts";
import { type Operator, OperatorCallFailed } from "./operator.ts";
import { shareDefaultKeys } from "./shared-keys.ts";
import { putState, readState, STATE_INDEX, STATE_SETTINGS, type StateRecord } from "./state-index.ts";

/** The cluster that the nodes are taken for. */
export interface ExpectedCluster {
  readonly topology: Topology;
  /** Where its processes keep what they share. */
  readonly keeper: Keeper;
}

/** What the nodes said when the process met them. */
export interface Introduction {
  readonly topology: Topology;
  /** Every record but the markers, of every node that belongs to the cluster. */
  readonly records: readonly StateRecord[];
  /** Nodes that could not be asked. */
  readonly absent: readonly Attempt[];
  /** Nodes that answered without being part of the cluster: empty, or another's. */
  readonly strangers: readonly Attempt[];
}

interface Greeting {
  readonly node: NodeInfo;
  readonly records?: readonly StateRecord[] | undefined;
  readonly failure?: OperatorCallFailed;
}

/**
 * Meets every node: adopts the cluster their markers describe when it is the one that was configured, or founds it when
 * every node answers and none has a marker.
 * @throws MiroirError `miroir_topology_mismatch` when markers and configuration disagree, `miroir_store_unavailable` when
 * too few nodes answer, or a node's own refusal of the key
 */
export async function introduce(
  operator: Operator,
  expected: ExpectedCluster,
  signal?: AbortSignal,
): Promise<Introduction> {
  const greetings = await Promise.all(expected.topology.nodes.map((node) => greet(operator, node, signal)));
  for (const { failure } of greetings) if (failure !== undefined) refuseFatal(failure);
  const members = greetings.filter((greeting) => markerOf(greeting) !== undefined);
  if (members.length === 0) {
    refuseUnlessFoundable(greetings);
    return found(operator, expected, signal).catch(explainUnfounded);
  }
  return adopt(expected, greetings, members);
}

async function greet(operator: Operator, node: NodeInfo, signal: AbortSignal | undefined): Promise<Greeting> {
  try {
    return { node, records: await readState(operator, node, { signal, unchecked: true }) };
  } catch (error) {
    if (error instanceof OperatorCallFailed) return { node, failure: error };
    throw error;
  }
}

/** What a key must be good for, said to those who gave another. */
const KEY_REMEDY =
  "Check `apiKey` or `operatorKey`: it must be the master key of every node, or a key that may do everything. To search " +
  `an existing cluster, an \`operatorKey\` that may search the index \`${STATE_INDEX}\` is enough.`;

/** Refusals that say all there is to say: the caller's own call would be refused in the same words. */
const SPEAKS_FOR_ITSELF = /\bexpired\b/;

/** A refused key and an answer that is no Meilisearch's are mistakes of the configuration, not outages. */
function refuseFatal(failure: OperatorCallFailed): void {
  const { outcome } = failure;
  if (outcome.kind === "unknown" && outcome.failure.kind === "bad-answer") throw noMeilisearch(failure);
  if (outcome.kind !== "answered") return;
  const { response } = outcome;
  if (typeof (response.body as Partial<ErrorBody> | undefined)?.code !== "string") throw noMeilisearch(failure);
  if (response.status === 401 || response.status === 403) throw refusedKey(failure.message, response);
  const options = { status: response.status, reason: failure };
  throw new MiroirError("miroir_invalid_config", `${failure.message}. ${KEY_REMEDY}`, options);
}

/** Refusals of a server have a code; one without any is a proxy's, or a path's below the server's own. */
function noMeilisearch(failure: OperatorCallFailed): MiroirError {
  const message = `${failure.message}. Check its \`url\`: no Meilisearch answers there.`;
  return new MiroirError("miroir_bad_answer", message, { status: 502, reason: failure });
}

/** The node's own refusal, so that code written for one server knows it, with what miroir needs beside the words. */
function refusedKey(said: string, { status, body }: NodeResponse): MeilisearchApiError {
  const refusal = body as ErrorBody;
  const isWhole = status === 401 || SPEAKS_FOR_ITSELF.test(refusal.message);
  const message = isWhole ? refusal.message : `${said.replace(/\.$/, "")}. ${KEY_REMEDY}`;
  return new MeilisearchApiError(new Response(null, { status }), { ...refusal, message });
}

function markerOf(greeting: Greeting): JsonObject | undefined {
  return greeting.records?.find((record) => record.id === MARKER_ID)?.value;
}

function refuseUnlessFoundable(greetings: readonly Greeting[]): void {
  const missing = greetings.flatMap(({ node, failure }) =>
    failure === undefined ? [] : [{ node: node.id, url: node.url, reason: failure.reason, said: failure.message }],
  );
  if (missing.length === 0) return;
  const options = { status: 503, attempts: missing.map(({ said: _, ...attempt }) => attempt) };
  const reasons = missing.map(({ said }) => said).join("; ");
  if (missing.length === greetings.length)
    throw new ClusterUnreachable("miroir_store_unavailable", `No node of the cluster answers: ${reasons}.`, options);
  throw new MiroirError(
    "miroir_store_unavailable",
    `No node that answered has a marker, and the cluster can only be founded when every node answers: ${reasons}.`,
    options,
  );
}

function adopt(
  { topology: configured, keeper }: ExpectedCluster,
  greetings: readonly Greeting[],
  members: readonly Greeting[],
): Introduction {
  const topology = agreedTopology(members);
  requireKeeper(keeper, members);
  if (keeper === "store") requireNewest(configured, topology);
  else requireSame(configured, topology);
  const strangers = greetings.filter((greeting) => greeting.failure === undefined && !members.includes(greeting));
  return {
    topology: keeper === "store" ? configured : { ...topology, nodes: configured.nodes },
    records: members.flatMap(({ records }) => (records ?? []).filter((record) => record.kind !== "marker")),
    absent: greetings.flatMap(({ node, failure }) =>
      failure ? [{ node: node.id, url: node.url, reason: failure.message }] : [],
    ),
    strangers: strangers.map(({ node }) => ({ node: node.id, url: node.url, reason: "has no marker of this cluster" })),
  };
}

/** The configuration is all that says who holds what, and every process must be given the same. */
function requireSame(configured: Topology, onNodes: Topology): void {
  const difference = describeDifference(configured, onNodes);
  if (difference === undefined) return;
  throw new MiroirError(
    "miroir_topology_mismatch",
    `The configuration does not describe the cluster that the nodes hold: ${difference}. Use the configuration the ` +
      "cluster was founded with; nodes are added and removed by a job, not by editing it.",
    { status: 409 },
  );
}

/** A store may have moved on since the markers were written; one that is behind them lost what they were told. */
function requireNewest(inStore: Topology, onNodes: Topology): void {
  if (inStore.clusterId !== onNodes.clusterId) {
    throw new MiroirError(
      "miroir_topology_mismatch",
      `The store holds cluster \`${inStore.clusterId}\`, and the nodes belong to cluster \`${onNodes.clusterId}\`. Name ` +
        "the store of their cluster.",
      { status: 409 },
    );
  }
  if (inStore.epoch >= onNodes.epoch) return;
  throw new MiroirError(
    "miroir_store_rolled_back",
    `The store is at epoch ${inStore.epoch}, and the nodes were at ${onNodes.epoch}: it went back to an earlier state, and ` +
      "writes may be missing from it. Run `miroir recover`.",
    { status: 503 },
  );
}

/** Two keepers would be two clusters: neither would see what the other one's processes were told. */
function requireKeeper(keeper: Keeper, members: readonly Greeting[]): void {
  for (const member of members) {
    const marker = markerOf(member);
    if (marker === undefined || keeperOf(marker) === keeper) continue;
    const remedy =
      keeper === "nodes"
        ? "keeps its state in a store. Name the store as `topology`"
        : "keeps its state on the nodes. Move it into the store with `miroir init --from-nodes --store`";
    throw mismatch(member.node, `belongs to a cluster that ${remedy}`);
  }
}

/** The topology all markers agree on; each marker must sit on the node it names. */
function agreedTopology(members: readonly Greeting[]): Topology {
  let agreed: Topology | undefined;
  for (const member of members) {
    const marker = markerOf(member);
    const topology = parseTopology(marker?.["topology"]);
    if (marker?.["nodeId"] !== member.node.id) {
      throw mismatch(member.node, `says it is node \`${marker?.["nodeId"]}\``);
    }
    if (agreed !== undefined && agreed.clusterId !== topology.clusterId) {
      throw mismatch(member.node, `belongs to another cluster (\`${topology.clusterId}\`)`);
    }
    if (agreed === undefined || topology.epoch > agreed.epoch) agreed = topology;
  }
  if (agreed === undefined) throw new Error("a cluster was adopted without a marker");
  return agreed;
}

function mismatch(node: NodeInfo, what: string): MiroirError {
  return new MiroirError("miroir_topology_mismatch", `Node \`${node.id}\` (${node.url}) ${what}.`, { status: 409 });
}

/** A node went away between the meeting and the founding. */
function explainUnfounded(error: unknown): never {
  if (!(error instanceof OperatorCallFailed)) throw error;
  if (error.status === 401 || error.status === 403) refuseFatal(error);
  const message = `The cluster could not be founded: ${error.message}. Start again when every node answers.`;
  throw new MiroirError("miroir_store_unavailable", message, { status: 503, reason: error });
}

/** Claims the nodes one after the other, so that of two founders one loses at the first node and waits for the other. */
async function found(
  operator: Operator,
  expected: ExpectedCluster,
  signal: AbortSignal | undefined,
): Promise<Introduction> {
  const { topology: configured, keeper } = expected;
  const topology: Topology = { ...configured, clusterId: configured.clusterId || operator.random.uuid() };
  const order = [...topology.nodes].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const [position, node] of order.entries()) {
    if (await claim(operator, node, signal)) continue;
    if (position === 0) return waitForFounder(operator, expected, signal);
    throw mismatch(
      node,
      `already has an index \`${STATE_INDEX}\` without a marker. Delete that index there and start again`,
    );
  }
  await Promise.all(order.map((node) => writeMarker(operator, node, { topology, keeper, signal })));
  await shareDefaultKeys(operator, order);
  return { topology, records: [], absent: [], strangers: [] };
}

/** Whether this process was the one that created the state index of a node. */
async function claim(operator: Operator, node: NodeInfo, signal: AbortSignal | undefined): Promise<boolean> {
  const { taskUid } = await operator.demand<{ taskUid: number }>(node, {
    method: "POST",
    path: "indexes",
    body: { uid: STATE_INDEX, primaryKey: "id" },
    unchecked: true,
    ...(signal && { signal }),
  });
  const task = await operator.waitForTask(node, taskUid, signal);
  return task.status === "succeeded";
}

/** What a marker says beside the node it is on. */
export interface MarkerContent extends ExpectedCluster {
  /** The topology that is about to come into force, so that a store which loses it again is known for that. */
  readonly proposed?: Topology;
  /** See `SeenNode.incarnation`. @default what the node's marker says already */
  readonly incarnation?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Says on a node whose it is, and waits until it does. */
export async function writeMarker(operator: Operator, node: NodeInfo, content: MarkerContent): Promise<void> {
  await operator.demand(node, {
    method: "PATCH",
    path: `indexes/${STATE_INDEX}/settings`,
    body: STATE_SETTINGS,
    unchecked: true,
  });
  const { signal } = content;
  const incarnation = content.incarnation ?? incarnationOf((await readMarker(operator, node, signal)) ?? {});
  const taskUid = await putMarker(operator, node, { ...content, incarnation });
  const task = await operator.waitForTask(node, taskUid, signal);
  if (task.status !== "succeeded") throw mismatch(node, `could not store its marker: ${task.error?.message}`);
}

/**
 * Writes the marker of a node that has one, another time; answers the node's task.
 * @throws MiroirError `miroir_topology_mismatch` when it has none: a server that came back empty must not pass for the node
 */
export async function renewMarker(operator: Operator, node: NodeInfo, content: MarkerContent): Promise<number> {
  const marker = await readMarker(operator, node, content.signal);
  if (marker === undefined) throw mismatch(node, "has no marker: it lost its data");
  return putMarker(operator, node, { ...content, incarnation: incarnationOf(marker) });
}

function putMarker(
  operator: Operator,
  node: NodeInfo,
  { topology, proposed, keeper, incarnation = 1 }: MarkerContent,
): Promise<number> {
  const { clusterId } = topology;
  const value: JsonObject = {
    ...{ clusterId, nodeId: node.id, keeper, topology: topology as unknown as JsonObject },
    ...(proposed && { proposed: proposed as unknown as JsonObject }),
    ...(incarnation > 1 && { incarnation }),
  };
  const record: StateRecord = { id: MARKER_ID, kind: "marker", value };
  return putState(operator, node, [record], { unchecked: true });
}

async function readMarker(
  operator: Operator,
  node: NodeInfo,
  signal: AbortSignal | undefined,
): Promise<JsonObject | undefined> {
  const path = `indexes/${STATE_INDEX}/documents/${MARKER_ID}`;
  const { status, body } = await operator.ask(node, {
    method: "GET",
    path,
    unchecked: true,
    ...(signal && { signal }),
  });
  return status === 200 ? (JSON.parse((body as { value: string }).value) as JsonObject) : undefined;
}

/** Polls until the process that won the first node has written the markers. */
async function waitForFounder(
  operator: Operator,
  expected: ExpectedCluster,
  signal: AbortSignal | undefined,
): Promise<Introduction> {
  const { clock } = operator;
  for (const startedAt = clock.monotonic(); clock.monotonic() - startedAt < 10_000; await clock.sleep(100, signal)) {
    const greetings = await Promise.all(expected.topology.nodes.map((node) => greet(operator, node, signal)));
    if (greetings.every((greeting) => markerOf(greeting) !== undefined)) return adopt(expected, greetings, greetings);
  }
  throw new MiroirError(
    "miroir_topology_mismatch",
    `The nodes have an index \`${STATE_INDEX}\` but no marker: founding the cluster was begun and never finished. ` +
      `Delete the index \`${STATE_INDEX}\` on every node and start again.`,
    { status: 409 },
  );
}
