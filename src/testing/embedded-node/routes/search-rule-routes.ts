import type { JsonObject } from "../../../core/types.ts";
import type { Action } from "../auth/actions.ts";
import type { FeatureNeed } from "../experimental-features.ts";
import { ApiError } from "../http/api-error.ts";
import { ok, type Reply } from "../http/message.ts";
import { readBody, readQuery } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { indexUidRefusal } from "../indexes/index-uid.ts";
import { readRuleChange } from "../search-rules/read-rule-change.ts";
import { RULES_INDEX } from "../search-rules/rule-store.ts";
import type { TaskPlan } from "../tasks/task.ts";
import { boolean, nullable, object, string, unsigned } from "../validation/readers.ts";
import { metadataOf, readMetadataQuery } from "./document-write-routes.ts";
import { enqueue } from "./enqueue.ts";

interface RuleListBody {
  offset?: number;
  limit?: number;
  filter?: { query?: string | null; active?: boolean | null } | null;
}

const readList = object<RuleListBody>({
  offset: { read: unsigned, code: "invalid_dynamic_search_rule_offset" },
  limit: { read: unsigned, code: "invalid_dynamic_search_rule_limit" },
  filter: {
    read: nullable(
      object<{ query?: string | null; active?: boolean | null }>({
        query: { read: nullable(string), code: "invalid_dynamic_search_rule_filter_query" },
        active: { read: nullable(boolean), code: "invalid_dynamic_search_rule_filter_active" },
      }),
    ),
    code: "invalid_dynamic_search_rule_filter",
  },
});

const ALL = "/dynamic-search-rules";
const ONE = "/dynamic-search-rules/:uid";

/** Dynamic search rules: list, read, create or change, delete. */
export const searchRuleRoutes: readonly Route[] = [
  { ...route("POST", ALL, "dynamicSearchRules.get", listRules), isRead: true },
  route("DELETE", ALL, "dynamicSearchRules.delete", clearRules),
  route("GET", ONE, "dynamicSearchRules.get", readRule),
  route("PATCH", ONE, "dynamicSearchRules.update", changeRule),
  route("DELETE", ONE, "dynamicSearchRules.delete", deleteRule),
];

function route(method: Route["method"], path: string, action: Action, handle: Route["handle"]): Route {
  return { method, path, action, handle: (context) => misnamed(context) ?? handle(context) };
}

/** A path that cannot name a rule is answered with plain text. */
function misnamed({ params }: RouteContext): Reply | undefined {
  const text = params["uid"] === undefined ? undefined : indexUidRefusal(params["uid"]);
  return text === undefined
    ? undefined
    : { status: 404, text, headers: { "content-type": "text/plain; charset=utf-8" } };
}

/** The feature as reads of rules need it; writes name all routes at once. */
function requireRules({ node }: RouteContext, action: string): void {
  const link = "https://github.com/orgs/meilisearch/discussions/884";
  const need: FeatureNeed = { feature: "dynamicSearchRules", action, name: "dynamic search rules", link };
  node.features.require(need);
}

const WRITING = "Using the `/dynamic-search-rules` routes";

function listRules(context: RouteContext): Reply {
  const body = readBody(context, readList);
  requireRules(context, "Calling the `POST /dynamic-search-rules` route");
  const { offset = 0, limit = 20, filter } = body;
  const { rules, total } = context.node.rules.list({ ...filter, offset, limit });
  return ok({ results: rules as unknown as JsonObject[], offset, limit, total });
}

function readRule(context: RouteContext): Reply {
  requireRules(context, "Calling the `GET /dynamic-search-rules/{:ruleUid}` route");
  const uid = uidOf(context);
  const rule = context.node.rules.get(uid);
  if (rule !== undefined) return ok(rule as unknown as JsonObject);
  throw new ApiError("dynamic_search_rule_not_found", `Dynamic search rule \`${uid}\` not found.`);
}

function changeRule(context: RouteContext): Reply {
  const { node } = context;
  const query = readQuery(context.request, readMetadataQuery);
  const change = readBody(context, readRuleChange);
  requireRules(context, WRITING);
  const details = { rule: change as JsonObject, updatedRules: 1 };
  const run: TaskPlan["run"] = ({ enqueuedAt }) => {
    node.rules.change(uidOf(context), change, enqueuedAt);
    return details;
  };
  return enqueue(node, { type: "dsrUpdate", indexUid: RULES_INDEX, details, run, ...metadataOf(query) });
}

function deleteRule(context: RouteContext): Reply {
  const { node } = context;
  const query = readQuery(context.request, readMetadataQuery);
  requireRules(context, WRITING);
  const details = { updatedRules: 1 };
  const run = (): JsonObject => {
    node.rules.delete(uidOf(context));
    return details;
  };
  return enqueue(node, { type: "dsrUpdate", indexUid: RULES_INDEX, details, run, ...metadataOf(query) });
}

function clearRules(context: RouteContext): Reply {
  const { node } = context;
  const query = readQuery(context.request, readMetadataQuery);
  requireRules(context, WRITING);
  const run = (): JsonObject => ({ deletedDocuments: node.rules.clear() });
  const details = { deletedDocuments: null };
  return enqueue(node, { type: "dsrClear", indexUid: RULES_INDEX, details, run, ...metadataOf(query) });
}

function uidOf({ params }: RouteContext): string {
  return params["uid"] ?? "";
}
