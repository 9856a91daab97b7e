import type { NodeInfo } from "../../core/types.ts";
import { type Operator, OperatorCallFailed } from "../../execute/operator.ts";
import { readState, type StateRecord } from "../../execute/state-index.ts";

/** What one server said, or why it said nothing. */
export type NodeSurvey = AnsweringNode | FailingNode;

/** A server that could not be asked. */
interface FailingNode {
  readonly node: NodeInfo;
  readonly kind: "unreachable" | "refused" | "not-meilisearch";
  readonly reason: string;
}

/** A Meilisearch that took the key. */
export interface AnsweringNode {
  readonly node: NodeInfo;
  readonly kind: "answered";
  readonly version: string;
  readonly hasMasterKey: boolean;
  /** Two servers never share it, unless one runs on a copy of the other's data; undefined while nothing tells them apart. */
  readonly fingerprint: string | undefined;
  /** Records of the hidden state index, undefined when there is none. */
  readonly records: readonly StateRecord[] | undefined;
  /** Documents of every physical index, all shards and miroir's own index included. */
  readonly documentsByIndex: ReadonlyMap<string, number>;
  /** Number of the newest task, -1 when there is none. */
  readonly newestTask: number;
  /** Tasks enqueued or processing. */
  readonly queue: number;
}

/** Asks one server who and how it is. Never throws for anything that the server does. */
export async function surveyNode(operator: Operator, node: NodeInfo): Promise<NodeSurvey> {
  try {
    const { pkgVersion } = (await demand<{ pkgVersion?: string }>(operator, node, "version")) ?? {};
    if (typeof pkgVersion !== "string") return noMeilisearch(node, "answered without a version");
    const [keys, lastTask, records, stats, tasks] = await Promise.all([
      readKeys(operator, node),
      demand<{ results: readonly Dated[] }>(operator, node, "tasks?limit=1"),
      readState(operator, node, { unchecked: true }),
      demand<{ indexes: Record<string, { numberOfDocuments: number }> }>(operator, node, "stats"),
      demand<{ total: number }>(operator, node, "tasks?statuses=enqueued,processing&limit=1"),
    ]);
    const counts = Object.entries(stats.indexes).map(
      ([uid, { numberOfDocuments }]) => [uid, numberOfDocuments] as const,
    );
    return {
      ...{ node, kind: "answered", version: pkgVersion, hasMasterKey: keys !== undefined, records },
      fingerprint: fingerprintOf([...(keys ?? []), ...lastTask.results]),
      ...{ documentsByIndex: new Map(counts), queue: tasks.total },
      newestTask: Number(lastTask.results[0]?.uid ?? -1),
    };
  } catch (error) {
    if (error instanceof OperatorCallFailed) return { node, ...judge(error) };
    throw error;
  }
}

/** As {@link surveyNode}'s own calls: a GET that must succeed. */
function demand<T>(operator: Operator, node: NodeInfo, target: string): Promise<T> {
  const [path = "", query = ""] = target.split("?");
  return operator.demand<T>(node, { method: "GET", path, query, unchecked: true });
}

/** An API key or a task: both are dated by the server that made it. */
interface Dated {
  readonly uid: string | number;
  readonly createdAt?: string;
  readonly enqueuedAt?: string;
}

/** Without a master key the server has no keys to list, and says so: undefined. */
async function readKeys(operator: Operator, node: NodeInfo): Promise<readonly Dated[] | undefined> {
  const { status, body } = await operator.ask(node, { method: "GET", path: "keys", unchecked: true });
  if ((body as { code?: string } | undefined)?.code === "missing_master_key") return undefined;
  if (status === 200) return (body as { results: readonly Dated[] }).results;
  return (await demand<{ results: readonly Dated[] }>(operator, node, "keys")).results;
}

/** Every server dates its own default keys when it first starts, and its tasks: two do not do so in the same moment. */
function fingerprintOf(dated: readonly Dated[]): string | undefined {
  if (dated.length === 0) return undefined;
  return dated.map(({ uid, createdAt, enqueuedAt }) => `${uid}@${createdAt ?? enqueuedAt}`).join();
}

function judge(failure: OperatorCallFailed): Pick<FailingNode, "kind" | "reason"> {
  const { outcome } = failure;
  const reason = failure.message.replace(/^node `[^`]*` \([^)]*\) /, "");
  if (outcome.kind === "answered") {
    const isKeyRefused = outcome.response.status === 401 || outcome.response.status === 403;
    return { kind: isKeyRefused ? "refused" : "not-meilisearch", reason };
  }
  const isForeign = outcome.kind === "unknown" && outcome.failure.kind === "bad-answer";
  return { kind: isForeign ? "not-meilisearch" : "unreachable", reason };
}

function noMeilisearch(node: NodeInfo, reason: string): FailingNode {
  return { node, kind: "not-meilisearch", reason };
}
