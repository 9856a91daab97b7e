import { describe, expect, it } from "vitest";
import { toRequest } from "../../../src/client/to-request.ts";

describe("toRequest", () => {
  it("takes the path without slashes around it, and parameters from both places as text", () => {
    const request = toRequest(
      "GET",
      { path: "indexes/movies/?a=1", params: { b: [1, 2], c: new Date(0), d: null, e: undefined, f: false } },
      {},
    );
    expect(request).toMatchObject({ method: "GET", path: "indexes/movies" });
    expect(request.params).toEqual({ a: "1", b: "1,2", c: "1970-01-01T00:00:00.000Z", f: "false" });
  });

  it("puts headers together as the client does: the call's own win, then the configuration's, then the key", () => {
    const config = {
      apiKey: "k",
      clientAgents: ["app"],
      requestInit: { headers: { "X-A": "config", "x-b": "config" } },
    };
    const { headers, contentType } = toRequest(
      "POST",
      { path: "x", contentType: "text/csv", extraRequestInit: { headers: { "x-a": "call" } } },
      config,
    );
    expect(headers).toEqual({
      ...{ "x-a": "call", "x-b": "config", authorization: "Bearer k", "content-type": "text/csv" },
      "x-meilisearch-client": "app ; miroir",
    });
    expect(contentType).toBe("text/csv");
    const own = toRequest(
      "POST",
      { path: "x", extraRequestInit: { headers: { Authorization: "Bearer own" } } },
      config,
    );
    expect(own.headers["authorization"]).toBe("Bearer own");
    expect(toRequest("GET", { path: "x" }, {}).contentType).toBe("application/json");
  });

  it("copies a body, so that the caller may change it afterwards, but not documents, which are taken apart at once", () => {
    const body = { filter: ["a"] };
    const search = toRequest("POST", { path: "indexes/movies/search", body }, {});
    const documents = toRequest("POST", { path: "indexes/movies/documents", body }, {});
    body.filter.push("b");
    expect(search.body).toEqual({ filter: ["a"] });
    expect(documents.body).toBe(body);
  });

  it("keeps text as it is, and hands the signal on", () => {
    const { signal } = new AbortController();
    const request = toRequest("POST", { path: "x", body: "a,b", extraRequestInit: { signal } }, {});
    expect(request.body).toBe("a,b");
    expect(request.signal).toBe(signal);
    expect(toRequest("GET", { path: "x", extraRequestInit: { signal: null } }, {})).not.toHaveProperty("signal");
  });
});
