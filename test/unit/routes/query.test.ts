import { describe, expect, it } from "vitest";
import { bodyOfDocumentsQuery } from "../../../src/routes/documents-query.ts";
import { bodyOfQuery } from "../../../src/routes/search-query.ts";

describe("bodyOfQuery", () => {
  it("reads texts, numbers, booleans and lists as the POST body has them", () => {
    expect(
      bodyOfQuery({
        q: "1",
        limit: "5",
        rankingScoreThreshold: "0.5",
        showRankingScore: "true",
        facets: "a,b",
        locales: "fra",
      }),
    ).toEqual({
      q: "1",
      limit: 5,
      rankingScoreThreshold: 0.5,
      showRankingScore: true,
      facets: ["a", "b"],
      locales: ["fra"],
    });
  });

  it("keeps the comma inside a point", () => {
    expect(bodyOfQuery({ sort: "price:asc, _geoPoint(1,2):desc,title:asc" })).toEqual({
      sort: ["price:asc", "_geoPoint(1,2):desc", "title:asc"],
    });
  });

  it("takes a filter for JSON when it is a list or a text, for an expression otherwise", () => {
    expect(bodyOfQuery({ filter: '["a = 1",["b = 2"]]' })).toEqual({ filter: ["a = 1", ["b = 2"]] });
    expect(bodyOfQuery({ filter: '"a = 1"' })).toEqual({ filter: "a = 1" });
    for (const filter of ["a = 1", "7", "true", "{}"]) expect(bodyOfQuery({ filter })).toEqual({ filter });
  });

  it.each<Record<string, string>>([
    { unknown: "1" },
    { limit: "x" },
    { limit: "" },
    { showRankingScore: "yes" },
    { constructor: "1" },
  ])("leaves %j to a node to refuse", (params) => {
    expect(bodyOfQuery(params)).toBeUndefined();
  });

  it("is not taken in by names that every object has", () => {
    expect(bodyOfQuery(Object.fromEntries([["__proto__", "1"]]))).toBeUndefined();
    expect(bodyOfDocumentsQuery(Object.fromEntries([["__proto__", "1"]]))).toBeUndefined();
    expect(bodyOfDocumentsQuery(Object.fromEntries([["toString", "1"]]))).toBeUndefined();
  });
});

describe("bodyOfDocumentsQuery", () => {
  it("reads the parameters of a document list", () => {
    expect(
      bodyOfDocumentsQuery({
        offset: "1",
        limit: "2",
        fields: "a,b",
        ids: "1,2",
        filter: "x = 1",
        retrieveVectors: "false",
      }),
    ).toEqual({ offset: 1, limit: 2, fields: ["a", "b"], ids: ["1", "2"], filter: "x = 1", retrieveVectors: false });
  });

  it("keeps the comma inside a point", () => {
    expect(bodyOfDocumentsQuery({ sort: "_geoPoint(1,2):asc,title:asc" })).toEqual({
      sort: ["_geoPoint(1,2):asc", "title:asc"],
    });
  });

  it.each<Record<string, string>>([
    { limit: "-1" },
    { limit: "1.5" },
    { offset: "x" },
    { retrieveVectors: "1" },
    { unknown: "1" },
  ])("leaves %j to a node to refuse", (params) => {
    expect(bodyOfDocumentsQuery(params)).toBeUndefined();
  });
});
