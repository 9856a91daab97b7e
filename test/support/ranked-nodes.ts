import type { JsonObject } from "../../src/core/types.ts";
import type { NodeRequest } from "../../src/transport/transport.ts";
import { answer, type Script } from "./memory-transport.ts";

/** A document of a node in memory: its id and the place that the ranking gives it, lower is better. */
export type RankedDocument = readonly [id: number, rank: number];

/** What a node was asked in a search. */
export function searchBody({ body = "{}" }: NodeRequest): JsonObject {
  return JSON.parse(body) as JsonObject;
}

/** Nodes that answer every search with their documents, which must be in order, in the window they are asked for. */
export function rankedNodes(documentsByNode: Readonly<Record<string, readonly RankedDocument[]>>): Script {
  return (request) => {
    const asked = searchBody(request);
    const documents = documentsByNode[request.node.id] ?? [];
    const { offset, limit } = windowOf(asked);
    const names = (asked["attributesToRetrieve"] ?? ["id", "title"]) as string[];
    const hits = documents.slice(offset, offset + limit).map(([id, rank]) => ({
      ...(names.includes("id") && { id }),
      ...(names.includes("title") && { title: `document ${id}` }),
      ...(asked["showRankingScoreDetails"] === true && {
        _rankingScoreDetails: { typo: { order: 0, typoCount: rank } },
      }),
    }));
    const total = asked["hitsPerPage"] === undefined ? "estimatedTotalHits" : "totalHits";
    return answer(200, { hits, query: asked["q"] ?? "", processingTimeMs: 1, [total]: documents.length });
  };
}

function windowOf(asked: JsonObject): { readonly offset: number; readonly limit: number } {
  const { page, hitsPerPage } = asked;
  if (hitsPerPage === undefined) return { offset: Number(asked["offset"] ?? 0), limit: Number(asked["limit"] ?? 20) };
  return { offset: (Number(page ?? 1) - 1) * Number(hitsPerPage), limit: Number(hitsPerPage) };
}
