import { physicalUid } from "../cluster/registry.ts";
import { unguardEmbedder } from "../cluster/settings/template-guard.ts";
import type { ClusterRequest, ClusterResponse, JsonObject, JsonValue, NodeInfo } from "../core/types.ts";
import { RESERVED_PREFIX } from "../routing/reserved.ts";
import { idHash } from "../routing/shard.ts";
import type { NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { requireOwnName } from "./index-lifecycle.ts";
import { readShards, requireCoverage } from "./read.ts";
import type { RouteHandler } from "./route.ts";
import { askOneNode, asNodeRequest, notSupported, refuseMissingIndex } from "./verbatim.ts";
import { wordLogically } from "./wording.ts";

/**
 * `POST render-template`: an owner renders a document of an index, any node everything else. As on one server the
 * `renderRoute` feature must be on.
 */
export const renderTemplateRoute: RouteHandler = {
  routes: [{ method: "POST", path: "render-template" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const { template, input } = asObject(request.body);
    const physicalByLogical = new Map<string, string>();
    for (const part of [template, input]) {
      const { indexUid: uid } = asObject(part);
      if (typeof uid !== "string") continue;
      requireOwnName(uid);
      const row = await cluster.registry.find(uid);
      if (row === undefined) return refuseMissingIndex(cluster, request, { uid, call: context.call });
      physicalByLogical.set(uid, physicalUid(row));
    }
    const sent = { ...request, body: withPhysicalUids(request.body, physicalByLogical) };
    const owned = ownedDocument(input, physicalByLogical);
    const response = owned
      ? await askOwner(cluster, sent, { ...owned, call: context.call })
      : await askOneNode(cluster, sent, context.call);
    return shown(response, physicalByLogical);
  },
};

function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** What is no object stays as it is, for a node to judge. */
function withPhysicalUids(body: unknown, physicalByLogical: ReadonlyMap<string, string>): unknown {
  if (physicalByLogical.size === 0) return body;
  const entries = Object.entries(asObject(body)).map(([name, part]): [string, JsonValue] => {
    const physical = physicalByLogical.get(String(asObject(part)["indexUid"]));
    return [name, physical === undefined ? part : { ...asObject(part), indexUid: physical }];
  });
  return Object.fromEntries(entries);
}

interface OwnedDocument {
  readonly index: string;
  readonly id: string;
}

function ownedDocument(input: unknown, physicalByLogical: ReadonlyMap<string, string>): OwnedDocument | undefined {
  const { kind, indexUid, id } = asObject(input);
  const index = physicalByLogical.get(String(indexUid));
  return kind === "indexDocument" && index !== undefined && typeof id === "string" ? { index, id } : undefined;
}

/** A second owner is asked before a document is called missing. */
async function askOwner(
  cluster: Cluster,
  request: ClusterRequest,
  { index, id, call }: OwnedDocument & { readonly call: CallOptions },
): Promise<NodeResponse> {
  const shard = idHash(cluster.hasher, id) & (cluster.topology.shards - 1);
  let missing: NodeResponse | undefined;
  const result = await readShards(cluster, {
    operation: "documents",
    ...{ index, shards: [shard], call, signal: request.signal },
    request: (node: NodeInfo) => asNodeRequest(request, node),
    isNodeFault(response) {
      if ((response.body as { code?: string } | undefined)?.code !== "render_document_not_found") return false;
      missing ??= response;
      return true;
    },
  });
  const answer = result.parts[0]?.response ?? result.refusals[0]?.response ?? missing;
  if (answer === undefined) requireCoverage(result, false);
  return answer ?? { status: 500, headers: {}, body: undefined };
}

/** The template as the user wrote it, and the text without anything of miroir's own. */
function shown(
  { status, body, headers }: NodeResponse,
  physicalByLogical: ReadonlyMap<string, string>,
): ClusterResponse {
  if (status >= 400) return { status, body: wordLogically(withLogicalUids(body, physicalByLogical)), headers };
  const { template, rendered = null } = body as JsonObject;
  if (JSON.stringify(rendered).includes(RESERVED_PREFIX)) {
    throw notSupported(
      "A template that shows every field of a document",
      "Name the fields in the template: those that miroir keeps with a document would be shown too.",
    );
  }
  const own = asObject(unguardEmbedder({ documentTemplate: template ?? null }))["documentTemplate"];
  return { status, body: { template: own ?? null, rendered } };
}

/** Puts the names that the user knows into a refusal. */
function withLogicalUids(body: unknown, physicalByLogical: ReadonlyMap<string, string>): unknown {
  const { message } = asObject(body);
  if (typeof message !== "string") return body;
  let worded = message;
  for (const [logical, physical] of physicalByLogical) worded = worded.replaceAll(`\`${physical}\``, `\`${logical}\``);
  return { ...asObject(body), message: worded };
}
