import type { JsonObject } from "../../../core/types.ts";
import { invalidKey } from "../auth/access.ts";
import { ApiError } from "../http/api-error.ts";
import type { RouteContext } from "../http/route.ts";
import { federatedSearch } from "./federated-search.ts";
import type { MultiSearchBody } from "./federation-body.ts";
import { inside } from "./inside-query.ts";
import { runSearch } from "./run-search.ts";
import type { IndexedQuery } from "./search-query.ts";

/** Answers a multi-search: one answer per query, or one for all. */
export function multiSearch(context: RouteContext, { queries, federation }: MultiSearchBody): JsonObject {
  for (const [at, { indexUid }] of queries.entries()) {
    inside(`.queries[${at}]`, () => {
      if (!context.access.isIndexAllowed(indexUid)) throw invalidKey();
    });
  }
  if (federation !== undefined && federation !== null) return federatedSearch(context, queries, federation);
  return { results: queries.map((query, at) => inside(`.queries[${at}]`, () => oneOfMany(context, query))) };
}

function oneOfMany(context: RouteContext, query: IndexedQuery): JsonObject {
  const { indexUid, federationOptions, offset, limit, ...search } = query;
  if (federationOptions !== undefined && federationOptions !== null) {
    throw new ApiError(
      "invalid_multi_search_federation_options",
      "Using `federationOptions` is not allowed in a non-federated search.\n - Hint: remove `federationOptions` from the query or add `federation` to the request.",
    );
  }
  const window = {
    ...(typeof offset === "number" ? { offset } : {}),
    ...(typeof limit === "number" ? { limit } : {}),
  };
  return { indexUid, ...runSearch(context, indexUid, { ...search, ...window }) };
}
