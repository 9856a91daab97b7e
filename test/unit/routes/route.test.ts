import { describe, expect, it } from "vitest";
import { matchPath } from "../../../src/routes/route.ts";

describe("matchPath", () => {
  it("answers the named segments, decoded", () => {
    expect(matchPath("indexes/:uid/documents/:id", "indexes/movies/documents/a%2Fb%20c")).toEqual({
      uid: "movies",
      id: "a/b c",
    });
    expect(matchPath("health", "health")).toEqual({});
  });

  it.each([
    ["indexes/:uid", "indexes"],
    ["indexes/:uid", "indexes/a/b"],
    ["indexes/:uid", "tasks/a"],
    ["indexes/:uid/search", "indexes/a/documents"],
    ["indexes", "Indexes"],
  ])("does not fit %s to %s", (pattern, path) => {
    expect(matchPath(pattern, path)).toBeUndefined();
  });

  it("takes a lone percent sign for part of the name", () => {
    expect(matchPath("indexes/:uid", "indexes/100%")).toEqual({ uid: "100%" });
  });
});
