import { isDeepStrictEqual } from "node:util";
import type { Asked, Rule, RuleContext, Side } from "./rule.ts";
import { toVerbCall } from "./verb-call.ts";

interface Page {
  readonly results: readonly unknown[];
}

interface Parameters {
  readonly sort?: string | readonly string[] | null;
}

/**
 * Documents that no sort tells apart are listed in the order of the nodes, so that a page holds other documents of the
 * same index: without a sort all of them, with one those that have the same values.
 */
export const documentOrder: Rule = {
  name: "order of unsorted document lists",
  async apply({ recorded, given }, context) {
    const { single } = context;
    if (given.status !== 200 || !isList(single) || !(await isSortedAlike(context))) return undefined;
    const all = new Set((await list(single, { offset: 0, limit: 1000 })).map(canonical));
    const shown = (given.body as Page).results.map(canonical);
    const isPage = new Set(shown).size === shown.length && shown.every((document) => all.has(document));
    return isPage ? { recorded: counted(recorded), given: counted(given) } : undefined;
  },
};

function counted(side: Side): Side {
  const body = side.body as Page;
  return { ...side, body: { ...body, results: body.results.length } };
}

function isList({ request }: Asked): boolean {
  const path = request.method === "GET" ? /^\/indexes\/[^/]+\/documents$/ : /^\/indexes\/[^/]+\/documents\/fetch$/;
  return path.test(request.path);
}

/** Whether both worlds show the same values of the attributes that are sorted on, in the same order. */
async function isSortedAlike({ single, cluster }: RuleContext): Promise<boolean> {
  const { request } = single;
  const { sort = null } = ((request.method === "GET" ? request.query : request.body) ?? {}) as Parameters;
  const sorts = typeof sort === "string" ? sort.split(",") : (sort ?? []);
  if (sorts.length === 0) return true;
  const names = sorts.map((each) => each.replace(/:(asc|desc)$/, ""));
  const fields = request.method === "GET" ? names.join() : names;
  const [one, other] = await Promise.all([list(single, { fields }), list(cluster, { fields })]);
  return isDeepStrictEqual(one, other);
}

/** The documents of the same list with other parameters. */
async function list({ station, request }: Asked, more: Readonly<Record<string, unknown>>): Promise<readonly unknown[]> {
  const changed =
    request.method === "GET"
      ? { ...request, query: { ...request.query, ...more } }
      : { ...request, body: { ...(request.body as object), ...more } };
  const call = toVerbCall(changed as Asked["request"]);
  return call === undefined ? [] : ((await station.ask(call)).body as Page).results;
}

/** One text for documents that are equal: keys sorted. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
