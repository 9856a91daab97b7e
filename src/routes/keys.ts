import type { Matters } from "../cluster/missed.ts";
import type { ClusterRequest, ClusterResponse, JsonObject } from "../core/types.ts";
import { commonKeys, isSameKey, logicalKey, physicalPatterns } from "../merge/api-keys.ts";
import type { NodeResponse } from "../transport/transport.ts";
import { allNodesMeta, askAllNodes } from "./ask-all.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { changeEveryNode, type ImmediateResult } from "./every-node.ts";
import { type KeyHolders, whoHasKey } from "./key-holders.ts";
import type { RouteHandler } from "./route.ts";
import { askOneNode, asNodeRequest } from "./verbatim.ts";
import { wordLogically } from "./wording.ts";

/** More keys than any node has. */
const ALL_KEYS = "1000000";

/** `GET keys`: the keys that are good on every node. */
export const keysRoute: RouteHandler = {
  routes: [{ method: "GET", path: "keys" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const judged = await askOneNode(cluster, request, context.call);
    if (judged.status >= 400) return asRefused(judged);
    const answers = await askAllNodes(cluster, { ...request, params: { limit: ALL_KEYS } }, context.call);
    if (answers.refusal !== undefined) return asRefused(answers.refusal);
    const lists = answers.parts.map(({ body }) => (body as { results: JsonObject[] }).results);
    const { keys, partial } = commonKeys(lists);
    const { offset, limit } = judged.body as { offset: number; limit: number };
    const reasons =
      partial.length === 0 ? [] : [`Keys that are not on every node are left out: ${partial.join(", ")}.`];
    return {
      status: 200,
      body: { results: keys.slice(offset, offset + limit), offset, limit, total: keys.length },
      meta: allNodesMeta(answers, reasons),
    };
  },
};

/** `GET keys/:key`: by uid or by the text of the key. */
export const keyRoute: RouteHandler = {
  routes: [{ method: "GET", path: "keys/:key" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const answers = await askAllNodes(cluster, request, context.call);
    if (answers.refusal !== undefined) return asRefused(answers.refusal);
    const missing = answers.refusals[0];
    if (missing !== undefined) return asRefused(missing);
    const key = logicalKey(answers.parts[0]?.body as JsonObject);
    return { status: 200, body: key, meta: allNodesMeta(answers, []) };
  },
};

/** `POST keys`: one uid for all nodes, so that the text of the key is the same on each, as they share the master key. */
export const keyCreationRoute: RouteHandler = {
  routes: [{ method: "POST", path: "keys" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const { body } = request;
    if (typeof body !== "object" || body === null || Array.isArray(body)) {
      return asRefused(await askOneNode(cluster, request, context.call)); // no node takes it
    }
    const asked = { uid: cluster.random.uuid(), ...(body as JsonObject) };
    const { indexes } = asked as JsonObject;
    if (Array.isArray(indexes)) Object.assign(asked, { indexes: physicalPatterns(indexes) });
    const isGiven = "uid" in body;
    return createKey(cluster, { ...request, body: asked }, { asked, isGiven, call: context.call });
  },
};

interface KeyCreation {
  readonly asked: JsonObject & { readonly uid: unknown };
  /** Whether the caller chose the uid, which a key may have then. */
  readonly isGiven: boolean;
  readonly call: CallOptions;
}

const NOBODY: KeyHolders = { holders: [], keys: [], others: [] };

/** A creation that failed half-way may be repeated with its uid: the nodes that have the very same key have done their part. */
async function createKey(cluster: Cluster, request: ClusterRequest, creation: KeyCreation): Promise<ClusterResponse> {
  const { asked, isGiven, call } = creation;
  const { uid } = asked;
  const { holders, keys, others } =
    isGiven && typeof uid === "string" ? await whoHasKey(cluster, uid, request.signal) : NOBODY;
  const isHalfDone = others.length > 0 && keys.every((key) => isSameKey(key, asked));
  const [first] = isHalfDone ? [] : holders;
  const result = await changeEveryNode(cluster, request, {
    what: "Creating an API key",
    remedy: `Repeat the call with \`uid\` \`${String(uid)}\` when every node answers.`,
    matters: [{ matter: "key", name: String(uid) }],
    call,
    request: (node) => asNodeRequest(request, node),
    ...(first === undefined ? {} : { first }),
    isDone: (response) => isHalfDone && codeOf(response) === "api_key_already_exists",
  });
  return firstOf(result, ({ status }) => status < 400);
}

/** `PATCH keys/:key` changes name and description. */
export const keyUpdateRoute: RouteHandler = {
  routes: [{ method: "PATCH", path: "keys/:key" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const result = await changeEveryNode(cluster, request, {
      what: "Changing an API key",
      remedy: "Repeat the call when every node answers.",
      matters: await mattersOf(cluster, context.path["key"]),
      call: context.call,
      request: (node) => asNodeRequest(request, node),
    });
    return firstOf(result, () => true);
  },
};

/** `DELETE keys/:key`; a key that only some nodes have is taken from those. */
export const keyDeletionRoute: RouteHandler = {
  routes: [{ method: "DELETE", path: "keys/:key" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const result = await changeEveryNode(cluster, request, {
      what: "Deleting an API key",
      remedy: "Repeat the call when every node answers.",
      matters: await mattersOf(cluster, context.path["key"]),
      call: context.call,
      request: (node) => asNodeRequest(request, node),
      isDone: (response) => codeOf(response) === "api_key_not_found",
    });
    return firstOf(result, ({ status }) => status < 400);
  },
};

/** The key may be given as its text, which is a secret: what is written down names its uid. */
async function mattersOf(cluster: Cluster, key = ""): Promise<Matters> {
  const { keys } = await whoHasKey(cluster, key, undefined);
  const uid = keys[0]?.["uid"];
  return [{ matter: "key", ...(typeof uid === "string" && { name: uid }) }];
}

/** The first answer of the wanted kind, or the first of all. */
function firstOf(result: ImmediateResult, isWanted: (response: NodeResponse) => boolean): ClusterResponse {
  if (result.kind === "refused") return asRefused(result.response);
  const response = result.responses.find(isWanted) ?? result.responses[0];
  if (response === undefined || response.status >= 400) return asRefused(response ?? NOTHING);
  const { status, body } = response;
  return { status, body: body === undefined ? undefined : logicalKey(body as JsonObject) };
}

const NOTHING: NodeResponse = { status: 500, headers: {}, body: undefined };

function asRefused({ status, body, headers }: NodeResponse): ClusterResponse {
  return { status, body: wordLogically(body), headers };
}

function codeOf({ body }: NodeResponse): unknown {
  return (body as { code?: unknown } | undefined)?.code;
}
