import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../../src/core/types.ts";
import { rankOf } from "../support/equivalence/equivalent.ts";
import type { Asked, Rule, Side } from "./rule.ts";
import { toVerbCall } from "./verb-call.ts";

/** As ties of one search: hits of one federated query that no ranking rule tells apart stand in the order of the nodes. */
export const federatedTies: Rule = {
  name: "order of ties",
  async apply({ recorded, given }, { single, cluster }) {
    const body = single.request.body as JsonObject | undefined;
    const isFederated = single.request.path.endsWith("/multi-search") && (body?.["federation"] ?? null) !== null;
    if (!isFederated || given.status !== 200 || recorded.status !== 200) return undefined;
    const [expected, own] = await Promise.all([ranksOf(single), ranksOf(cluster)]);
    if (!isDeepStrictEqual(expected, own)) return undefined;
    const federation = { limit: 1000, offset: 0, page: null, hitsPerPage: null };
    const known = new Set((await ask(single, { federation, query: {} })).map(shownText));
    if (!hitsOf(given.body).every((hit) => known.has(shownText(hit)))) return undefined;
    return { recorded: counted(recorded), given: counted(given) };
  },
};

/** What decided the place of each hit. */
async function ranksOf(asked: Asked): Promise<string[]> {
  const hits = await ask(asked, { federation: {}, query: { showRankingScoreDetails: true } });
  return hits.map((hit) => `${positionOf(hit)}: ${rankOf(hit["_rankingScoreDetails"])}`);
}

/** The hits of the request with changes to its federation and to each of its queries. */
async function ask({ station, request }: Asked, more: { federation: JsonObject; query: JsonObject }) {
  const { federation, queries } = request.body as { federation: JsonObject; queries: JsonObject[] };
  const body = {
    federation: { ...federation, ...more.federation },
    queries: queries.map((query) => ({ ...query, ...more.query })),
  };
  const call = toVerbCall({ ...request, body });
  return call === undefined ? [] : hitsOf((await station.ask(call)).body);
}

function hitsOf(body: unknown): JsonObject[] {
  return ((body as JsonObject | null)?.["hits"] ?? []) as JsonObject[];
}

function positionOf(hit: JsonObject): number {
  return Number((hit["_federation"] as JsonObject)["queriesPosition"]);
}

/** One text for hits that show the same; scores are what nodes count for themselves. */
function shownText(hit: JsonObject): string {
  const entries = Object.entries(hit).filter(([name]) => !name.startsWith("_ranking") && name !== "_federation");
  return JSON.stringify([positionOf(hit), entries.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function counted(side: Side): Side {
  return { ...side, body: { ...(side.body as JsonObject), hits: hitsOf(side.body).length } };
}
