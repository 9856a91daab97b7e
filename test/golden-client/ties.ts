import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../../src/core/types.ts";
import { rankOf } from "../support/equivalence/equivalent.ts";
import type { Asked, Rule } from "./rule.ts";
import { toVerbCall } from "./verb-call.ts";

/** Hits that no ranking rule tells apart stand in the order of the nodes, so that a page may end with others of them. */
export const ties: Rule = {
  name: "order of ties",
  async apply({ recorded, given }, { single, cluster }) {
    if (!/\/search$/.test(single.request.path) || given.status !== 200) return undefined;
    const [expected, own] = await Promise.all([ranksOf(single), ranksOf(cluster)]);
    if (!isDeepStrictEqual(expected, own)) return undefined;
    const shown = hitsOf(given.body);
    const known = new Set([...(await hitsWithoutWindow(single)), ...(await documentsOf(single))].map(canonical));
    if (!shown.every((hit) => known.has(canonical(hit)))) return undefined;
    const counted = (side: typeof given) => {
      return { ...side, body: { ...(side.body as JsonObject), hits: hitsOf(side.body).length } };
    };
    return { recorded: counted(recorded), given: counted(given) };
  },
};

/** What decided the place of each hit. */
async function ranksOf(asked: Asked): Promise<string[]> {
  const hits = await search(asked, { showRankingScoreDetails: true });
  return hits.map((hit) => rankOf(hit["_rankingScoreDetails"]));
}

/** Everything that the search can show, each document as the search shows it. */
function hitsWithoutWindow({ station, request }: Asked): Promise<JsonObject[]> {
  const { offset: _, limit: __, page: ___, hitsPerPage: ____, ...query } = request.query ?? {};
  const { offset: _1, limit: _2, page: _3, hitsPerPage: _4, ...body } = (request.body ?? {}) as JsonObject;
  return search({ station, request: { ...request, query, body } }, { limit: 1000 });
}

/** The documents as the search shows them, for an index that hides hits beyond `maxTotalHits`. */
async function documentsOf({ station, request }: Asked): Promise<JsonObject[]> {
  const { attributesToRetrieve = null } = (request.body ?? {}) as JsonObject;
  const { body: _, query: __, ...rest } = request;
  const path = request.path.replace(/search$/, "documents/fetch");
  const body = { limit: 1000, fields: attributesToRetrieve };
  const call = toVerbCall({ ...rest, method: "POST", path, body });
  const answer = call === undefined ? undefined : (await station.ask(call)).body;
  return ((answer as JsonObject | undefined)?.["results"] ?? []) as JsonObject[];
}

async function search({ station, request }: Asked, more: Readonly<Record<string, boolean | number>>) {
  const asked =
    request.method === "GET"
      ? { ...without(request, "body"), query: { ...request.query, ...more } }
      : { ...request, body: { ...(request.body as JsonObject), ...more } };
  const call = toVerbCall(asked as Asked["request"]);
  return call === undefined ? [] : hitsOf((await station.ask(call)).body);
}

function without(request: Asked["request"], name: "body"): Omit<Asked["request"], "body"> {
  const { [name]: _, ...rest } = request;
  return rest;
}

function hitsOf(body: unknown): JsonObject[] {
  return ((body as JsonObject | null)?.["hits"] ?? []) as JsonObject[];
}

/** One text for hits that show the same; what a node counts for itself is left out. */
function canonical(hit: JsonObject): string {
  const entries = Object.entries(hit).filter(([name]) => !name.startsWith("_ranking"));
  return JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}
