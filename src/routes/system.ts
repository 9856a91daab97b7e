import { MeilisearchApiError } from "meilisearch";
import type { Topology } from "../cluster/topology.ts";
import { MiroirError } from "../core/errors.ts";
import type { ClusterRequest, ClusterResponse } from "../core/types.ts";
import { attempt } from "../execute/attempt.ts";
import { Deadline } from "../execute/deadline.ts";
import type { HealthMonitor } from "../execute/health-monitor.ts";
import { allNodesMeta, askAllNodes } from "./ask-all.ts";
import type { CallOptions, ConfiguredCluster } from "./cluster.ts";
import { callerHeaders } from "./read.ts";
import type { RouteHandler } from "./route.ts";

/** `GET health`: available when every shard has a replica that answers. No server asks for a key here. */
export const healthRoute: RouteHandler = {
  routes: [{ method: "GET", path: "health" }],
  async handle(request, context) {
    const met = await context.cluster().catch(forgiveRefusal);
    const cluster = met ?? (await context.configured());
    try {
      return judge(cluster.topology, await healthyNodes(cluster, { request, call: context.call, health: met?.health }));
    } finally {
      if (met === undefined) await cluster.transport.close();
    }
  },
};

/** A key that is not good enough to meet the cluster. */
function forgiveRefusal(error: unknown): undefined {
  const status = error instanceof MeilisearchApiError ? error.response.status : undefined;
  if (status !== 401 && status !== 403) throw error;
}

function judge({ shards, groups }: Topology, healthy: ReadonlySet<string>): ClusterResponse {
  const dark = Array.from({ length: shards }, (_, shard) => shard).filter((shard) =>
    groups.every(({ table }) => !(table[shard] ?? []).some((node) => healthy.has(node))),
  );
  if (dark.length === 0) return { status: 200, body: { status: "available" } };
  const message = `No replica answers for ${dark.length} of ${shards} shards.`;
  throw new MiroirError("miroir_shard_unavailable", message, { status: 503 });
}

interface HealthCheck {
  readonly request: ClusterRequest;
  readonly call: CallOptions;
  readonly health: HealthMonitor | undefined;
}

async function healthyNodes(
  { topology, transport, clock, options }: ConfiguredCluster,
  { request, call, health }: HealthCheck,
): Promise<Set<string>> {
  const timeoutMs = call.timeoutMs ?? options.attemptTimeoutMs;
  const deadline = Deadline.start(clock, timeoutMs, request.signal);
  try {
    const checks = topology.nodes.map(async (node) => {
      const sent = { ...callerHeaders(request), node, method: "GET", path: "health" } as const;
      const outcome = await attempt(sent, { transport, clock, signal: deadline.signal, timeoutMs });
      health?.observe(node.id, outcome);
      return outcome.kind === "answered" && outcome.response.status === 200 ? [node.id] : [];
    });
    return new Set((await Promise.all(checks)).flat());
  } finally {
    deadline.end();
  }
}

/** `GET version`: the nodes' own; the oldest when they differ, with a word in the metadata. */
export const versionRoute: RouteHandler = {
  routes: [{ method: "GET", path: "version" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const answers = await askAllNodes(cluster, request, context.call);
    if (answers.refusal !== undefined) return { status: answers.refusal.status, body: answers.refusal.body };
    const versions = answers.parts.map((part) => part.body as { pkgVersion: string });
    const sorted = [...versions].sort((a, b) => a.pkgVersion.localeCompare(b.pkgVersion, "en", { numeric: true }));
    const names = [...new Set(sorted.map((version) => version.pkgVersion))];
    const reasons = names.length > 1 ? [`The nodes run different versions: ${names.join(", ")}.`] : [];
    return { status: 200, body: sorted[0], meta: allNodesMeta(answers, reasons) };
  },
};
