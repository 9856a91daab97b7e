import { MiroirError } from "../core/errors.ts";
import type { ClusterRequest } from "../core/types.ts";
import { attempt } from "../execute/attempt.ts";
import { Deadline } from "../execute/deadline.ts";
import { allNodesMeta, askAllNodes } from "./ask-all.ts";
import type { Cluster } from "./cluster.ts";
import { callerHeaders } from "./read.ts";
import type { RouteHandler } from "./route.ts";

/** `GET health`: available when every shard has a replica that answers. */
export const healthRoute: RouteHandler = {
  routes: [{ method: "GET", path: "health" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const healthy = await healthyNodes(cluster, request, context.call.timeoutMs);
    const { topology } = cluster;
    const dark = Array.from({ length: topology.shards }, (_, shard) => shard).filter((shard) =>
      topology.groups.every(({ table }) => !(table[shard] ?? []).some((node) => healthy.has(node))),
    );
    if (dark.length === 0) return { status: 200, body: { status: "available" } };
    throw new MiroirError(
      "miroir_shard_unavailable",
      `No replica answers for ${dark.length} of ${topology.shards} shards.`,
      {
        status: 503,
      },
    );
  },
};

async function healthyNodes(
  cluster: Cluster,
  request: ClusterRequest,
  timeoutMs: number | undefined,
): Promise<Set<string>> {
  const { topology, transport, clock, health, options } = cluster;
  const deadline = Deadline.start(clock, timeoutMs ?? options.attemptTimeoutMs, request.signal);
  try {
    const checks = topology.nodes.map(async (node) => {
      const sent = { ...callerHeaders(request), node, method: "GET", path: "health" } as const;
      const outcome = await attempt(sent, {
        transport,
        clock,
        signal: deadline.signal,
        timeoutMs: timeoutMs ?? options.attemptTimeoutMs,
      });
      health.observe(node.id, outcome);
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
