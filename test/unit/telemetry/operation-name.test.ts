import { describe, expect, it } from "vitest";
import { nameOperation } from "../../../src/telemetry/operation-name.ts";

describe("nameOperation", () => {
  it.each([
    ["POST", "indexes/movies/search", "search"],
    ["GET", "indexes/movies/search", "search"],
    ["POST", "indexes/movies/facet-search", "facet_search"],
    ["GET", "indexes/movies/similar", "similar"],
    ["GET", "indexes/movies/documents", "get_documents"],
    ["POST", "indexes/movies/documents/fetch", "get_documents"],
    ["GET", "indexes/movies/documents/fetch", "get_document"],
    ["GET", "indexes/movies/documents/12", "get_document"],
    ["POST", "indexes/movies/documents", "write_documents"],
    ["PUT", "indexes/movies/documents", "write_documents"],
    ["POST", "indexes/movies/documents/edit", "edit_documents"],
    ["DELETE", "indexes/movies/documents/12", "delete_documents"],
    ["DELETE", "indexes/movies/documents", "delete_documents"],
    ["POST", "indexes/movies/documents/delete-batch", "delete_documents"],
    ["GET", "indexes/movies/settings/synonyms", "get_settings"],
    ["PATCH", "indexes/movies/settings", "update_settings"],
    ["DELETE", "indexes/movies", "indexes"],
    ["GET", "indexes/movies/stats", "stats"],
    ["GET", "indexes/movies/unheard-of", "other"],
  ] as const)("takes %s %s for `%s` on the index", (method, path, operation) => {
    expect(nameOperation(method, path)).toEqual({ operation, index: "movies" });
  });

  it.each([
    ["POST", "multi-search", "multi_search"],
    ["GET", "indexes", "indexes"],
    ["POST", "swap-indexes", "indexes"],
    ["GET", "tasks/7", "tasks"],
    ["POST", "tasks/cancel", "tasks"],
    ["GET", "health", "server"],
    ["GET", "unheard-of", "other"],
    ["GET", "", "other"],
  ] as const)("takes %s %s for `%s`, of no index", (method, path, operation) => {
    expect(nameOperation(method, path)).toEqual({ operation });
  });

  it("keeps nothing of a path that holds a key", () => {
    expect(nameOperation("GET", "keys/d0552b41536279a0ad88bd595327b96f01176a60c2243e906c52ac02375f9bc4")).toEqual({
      operation: "keys",
    });
  });

  it("tells miroir's own requests from those for the application", () => {
    expect(nameOperation("POST", "indexes/miroir__state/search").operation).toBe("state");
  });
});
