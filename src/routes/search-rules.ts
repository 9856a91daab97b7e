import { changedRule, ruleChange } from "../cluster/rule-change.ts";
import { actionsOnNodes, type RuleAction, type RuleRecord, ruleView } from "../cluster/search-rule.ts";
import { isObject, sameJson } from "../cluster/settings/json-shape.ts";
import type { Meta } from "../core/meta.ts";
import type { ClusterRequest, ClusterResponse, JsonObject } from "../core/types.ts";
import type { TaskHead } from "../merge/tasks.ts";
import type { NodeResponse } from "../transport/transport.ts";
import { RULES_INDEX } from "./align-rules.ts";
import { broadcast } from "./broadcast.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { enqueued, newHead, partsOf } from "./enqueue.ts";
import { requireOwnName, VALID_UID } from "./index-lifecycle.ts";
import { madeBy } from "./missing-nodes.ts";
import { refuseReservedNames } from "./reserved-names.ts";
import type { RouteHandler } from "./route.ts";
import { askOneNode, asNodeRequest } from "./verbatim.ts";

/** `GET dynamic-search-rules/:uid` */
export const searchRuleRoute: RouteHandler = {
  routes: [{ method: "GET", path: "dynamic-search-rules/:uid" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    await cluster.registry.refresh();
    const { status, body, headers } = await askOneNode(cluster, request, context.call);
    return { status, headers, body: status === 200 ? logicalRule(cluster, body as JsonObject) : body };
  },
};

/** `POST dynamic-search-rules`: a page of the rules. A node finds them; all nodes have the same. */
export const searchRulesRoute: RouteHandler = {
  routes: [{ method: "POST", path: "dynamic-search-rules" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    await cluster.registry.refresh();
    const judged = await askOneNode(cluster, request, context.call);
    if (judged.status !== 200) return shown(judged);
    const { offset, limit, total } = judged.body as { offset: number; limit: number; total: number };
    const asked = { ...(request.body as JsonObject), offset: 0, limit: total };
    const found = await askOneNode(cluster, { ...request, body: asked }, context.call);
    if (found.status !== 200) return shown(found);
    const rules = (found.body as { results: JsonObject[] }).results.map((rule) => logicalRule(cluster, rule));
    // Without a query the last change comes first, as the users know it: nodes were told of renamed indexes later.
    if (!hasQuery(asked)) rules.sort((a, b) => compareTexts(String(b["lastUpdatedAt"]), String(a["lastUpdatedAt"])));
    return { status: 200, body: { results: rules.slice(offset, offset + limit), offset, limit, total } };
  },
};

function hasQuery({ filter }: JsonObject): boolean {
  return isObject(filter) && typeof filter["query"] === "string" && filter["query"].trim() !== "";
}

function compareTexts(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

/** A node's rule with the users' names of the indexes and the cluster's date, where the node is up to date. */
function logicalRule({ rules, registry }: Cluster, rule: JsonObject): JsonObject {
  const record = rules.get(String(rule["uid"]));
  const { lastUpdatedAt: _, ...own } = rule;
  if (record !== undefined) {
    const { lastUpdatedAt: __, ...known } = ruleView({ ...record, actions: record.sent });
    if (sameJson(own, known)) return ruleView(record);
  }
  const actions = (rule["actions"] as unknown as RuleAction[]).map(({ selector, action }) => {
    const { indexUid } = selector;
    return {
      selector: indexUid === undefined ? selector : { ...selector, indexUid: registry.logicalUid(indexUid) },
      action,
    };
  });
  return { ...rule, actions: actions as unknown as JsonObject[] };
}

/** `PATCH dynamic-search-rules/:uid`: the same rule on every node, with the nodes' names of its indexes. */
export const searchRuleWriteRoute: RouteHandler = {
  routes: [{ method: "PATCH", path: "dynamic-search-rules/:uid" }],
  async handle(request, context) {
    const uid = context.path["uid"] ?? "";
    if (isObject(request.body as JsonObject)) refuseReservedNames(request.body as JsonObject, ["conditions"]);
    const cluster = await context.cluster();
    return writeRules(cluster, { request, call: context.call, what: `Changing search rule \`${uid}\``, uid }, () => {
      const body = onNodes(cluster, request.body);
      return {
        sent: { ...request, body },
        head: (extra) => {
          const rule = ruleChange(request.body as JsonObject);
          return newHead(cluster, { ...TASK, details: { rule: rule as JsonObject, updatedRules: 1 }, ...extra });
        },
        records: ({ enqueuedAt }) => [recordOf(cluster, uid, request.body as JsonObject, enqueuedAt)],
      };
    });
  },
};

const TASK = { indexUid: RULES_INDEX, type: "dsrUpdate" } as const;

/** `DELETE dynamic-search-rules/:uid` and `DELETE dynamic-search-rules`, which deletes all. */
export const searchRuleDeletionRoute: RouteHandler = {
  routes: [
    { method: "DELETE", path: "dynamic-search-rules/:uid" },
    { method: "DELETE", path: "dynamic-search-rules" },
  ],
  async handle(request, context) {
    const { uid } = context.path;
    const cluster = await context.cluster();
    const what = uid === undefined ? "Deleting all search rules" : `Deleting search rule \`${uid}\``;
    return writeRules(cluster, { request, call: context.call, what, uid }, () => {
      const doomed = cluster.rules.list().filter((rule) => uid === undefined || rule.uid === uid);
      const task =
        uid === undefined
          ? { ...TASK, type: "dsrClear", details: { deletedDocuments: null } }
          : { ...TASK, details: { updatedRules: 1 } };
      return {
        sent: request,
        head: (extra) => newHead(cluster, { ...task, ...extra }),
        records: () => doomed.map((rule) => ({ ...rule, deleted: true, stamp: cluster.stamps.next(false) })),
      };
    });
  },
};

/** A write of rules: what nodes are sent, and what is made of it once they took it. */
interface RuleWrite {
  readonly sent: ClusterRequest;
  head(extra: Pick<TaskHead, "customMetadata">): TaskHead;
  records(head: TaskHead): RuleRecord[];
}

interface RuleCall {
  readonly request: ClusterRequest;
  readonly call: CallOptions;
  readonly what: string;
  /** The rule; all of them when absent. */
  readonly uid: string | undefined;
}

/** One write after the other: each builds upon the rules that the one before left. */
function writeRules(
  cluster: Cluster,
  { request, call, what, uid }: RuleCall,
  plan: () => RuleWrite,
): Promise<ClusterResponse> {
  return cluster.intake.run(RULES_INDEX, async () => {
    await cluster.registry.refresh();
    const { sent, head: headOf, records } = plan();
    const result = await broadcast(cluster, {
      ...{
        what,
        index: RULES_INDEX,
        call,
        signal: request.signal,
        matters: [{ matter: "rules", ...(uid !== undefined && { name: uid }) }],
      },
      requests: (node) => [asNodeRequest(sent, node)],
    });
    if (result.kind === "refused") return shown(result.response);
    const { customMetadata } = request.params;
    const head = headOf(customMetadata === undefined ? {} : { customMetadata });
    await cluster.rules.put(...records(head));
    const { replies, change } = result;
    cluster.tasks.add({ head, parts: partsOf(replies), copies: replies.length, change });
    return { status: 202, body: enqueued(head), meta: rulesChanged(madeBy(cluster, result.replies)) };
  });
}

/** The body with the nodes' names of the indexes; what is no rule stays as it is, for the nodes to refuse. */
function onNodes({ registry }: Cluster, body: unknown): unknown {
  if (!isObject(body as JsonObject) || !Array.isArray((body as JsonObject)["actions"])) return body;
  const { actions, ...rest } = body as { actions: JsonObject[] };
  return { ...rest, actions: actions.map((action) => onNodesAction(action, registry.rows)) };
}

function onNodesAction(action: JsonObject, rows: Cluster["registry"]["rows"]): JsonObject {
  const selector = isObject(action) ? action["selector"] : undefined;
  const indexUid = isObject(selector) ? selector["indexUid"] : undefined;
  if (typeof indexUid !== "string" || !VALID_UID.test(indexUid)) return action;
  requireOwnName(indexUid);
  const [named] = actionsOnNodes([action as unknown as RuleAction], rows);
  return (named ?? action) as unknown as JsonObject;
}

function recordOf(cluster: Cluster, uid: string, body: JsonObject, lastUpdatedAt: string): RuleRecord {
  const stamp = cluster.stamps.next(false);
  const rule = changedRule(cluster.rules.get(uid), ruleChange(body), { uid, lastUpdatedAt, stamp, sent: [] });
  return { ...rule, sent: actionsOnNodes(rule.actions, cluster.registry.rows) };
}

function shown({ status, body, headers }: NodeResponse): ClusterResponse {
  return { status, body, headers };
}

/** What is known of a call that changed search rules. */
function rulesChanged(made: Meta): Meta {
  const elsewhere =
    "Other processes may take some seconds to learn of a rule, and put pinned hits elsewhere until then.";
  return { ...made, reasons: [elsewhere, ...made.reasons] };
}
