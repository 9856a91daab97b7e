import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import type { ClusterRequest, ClusterResponse, JsonObject } from "../core/types.ts";
import { mergeFields } from "../merge/fields.ts";
import { type AllAnswers, allNodesMeta, askAllNodes } from "./ask-all.ts";
import type { Cluster } from "./cluster.ts";
import { layoutOf } from "./layout.ts";
import type { RouteContext, RouteHandler } from "./route.ts";
import { refuse, refuseMissingIndex } from "./verbatim.ts";

/** Fields asked of each node; more than an index can have. */
const ALL = 100_000;

/** Said when the nodes that answered do not hold every document. */
const INCOMPLETE = "A node is down; fields that only its documents have are missing.";

/** `POST indexes/:uid/fields`: the fields of every node's documents together. */
export const fieldsRoute: RouteHandler = {
  routes: [{ method: "POST", path: "indexes/:uid/fields" }],
  async handle(request, context) {
    const uid = context.path["uid"] ?? "";
    const cluster = await context.cluster();
    const row = await cluster.registry.find(uid);
    if (row === undefined) return refuseMissingIndex(cluster, request, { uid, call: context.call });
    const query = readQuery(request.body ?? {});
    if (query === undefined) {
      return refuse(cluster, request, { response: { status: 400, headers: {}, body: undefined }, call: context.call });
    }
    return list(layoutOf(cluster, row), { row, query, request, context });
  },
};

interface FieldsQuery {
  readonly offset: number;
  readonly limit: number;
  /** Undefined for both kinds. */
  readonly displayed: boolean | undefined;
  /** What nodes are asked: the same, all at once, and whatever they display. */
  readonly body: JsonObject;
}

/** `undefined` when the body is not one that a node would accept. */
function readQuery(body: unknown): FieldsQuery | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  const given = body as JsonObject;
  const { offset = 0, limit = 20, filter = null } = given;
  if (!isCount(offset) || !isCount(limit) || typeof filter !== "object" || Array.isArray(filter)) return undefined;
  const { displayed = null, ...others } = filter ?? {};
  if (displayed !== null && typeof displayed !== "boolean") return undefined;
  return {
    offset,
    limit,
    displayed: displayed ?? undefined,
    body: { ...given, offset: 0, limit: ALL, filter: others },
  };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

async function list(
  cluster: Cluster,
  {
    row,
    query,
    request,
    context,
  }: { row: IndexRow; query: FieldsQuery; request: ClusterRequest; context: RouteContext },
): Promise<ClusterResponse> {
  const asked = { ...request, path: `indexes/${physicalUid(row)}/fields`, body: query.body };
  const answers = await askAllNodes(cluster, asked, context.call);
  if (answers.refusal !== undefined) {
    return refuse(cluster, request, { response: answers.refusal, call: context.call });
  }
  const { offset, limit, displayed } = query;
  const displayedAttributes = row.settings["displayedAttributes"] as string[];
  const body = mergeFields(answers.parts, {
    ...{ offset, limit, displayedAttributes },
    ...(displayed === undefined ? {} : { displayed }),
  });
  return { status: 200, body, meta: allNodesMeta(answers, isComplete(cluster, answers) ? [] : [INCOMPLETE]) };
}

/** Whether some group's every shard is held by a node that answered. */
function isComplete({ topology }: Cluster, { nodes }: AllAnswers): boolean {
  const answered = new Set(nodes.map(({ id }) => id));
  const shards = Array.from({ length: topology.shards }, (_, shard) => shard);
  return shards.every((shard) => topology.groups.some(({ table }) => table[shard]?.some((node) => answered.has(node))));
}
