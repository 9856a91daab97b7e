import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../src/core/types.ts";
import type { EngineSearch, EngineSettings } from "../../../../src/testing/embedded-node/engine/contract.ts";
import { engineOf } from "./engine-support.ts";

/** Answers that a real server gave to searches over public documents. */
interface Recording {
  readonly sets: Record<
    string,
    { readonly settings: Partial<EngineSettings>; readonly cases: readonly RecordedCase[] }
  >;
}

interface RecordedCase {
  readonly kind: string;
  readonly request: EngineSearch;
  readonly single: JsonObject;
  readonly singleScored: readonly JsonObject[];
}

const FIELDS: Record<string, string> = {
  Title: "title",
  "US Gross": "gross",
  "Production Budget": "budget",
  "MPAA Rating": "rating",
  Distributor: "distributor",
  "Major Genre": "genre",
  Director: "director",
  "IMDB Rating": "imdb",
};

function movies(): JsonObject[] {
  const file = new URL("../../../../node_modules/vega-datasets/data/movies.json", import.meta.url);
  const rows = JSON.parse(readFileSync(file, "utf8")) as JsonObject[];
  return rows.map((row, i) => {
    const movie: JsonObject = { id: i + 1 };
    for (const [name, field] of Object.entries(FIELDS)) {
      const value = row[name];
      if (value !== null && value !== undefined) movie[field] = field === "title" ? String(value) : value;
    }
    return movie;
  });
}

const file = new URL("../../../fixtures/ranking/movies-cities.json.gz", import.meta.url);
const recording = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")) as Recording;
const { settings, cases } = recording.sets["movies"]!;
const faceting = { maxValuesPerFacet: 100, sortFacetValuesBy: { "*": "alpha" as const }, ...settings.faceting };
const engine = engineOf(movies(), { ...settings, faceting });

describe("searches over movies answer as recorded from a real server", () => {
  test.each([...new Set(cases.map(({ kind }) => kind))])("%s", (kind) => {
    for (const { request, single, singleScored } of cases.filter((recorded) => recorded.kind === kind)) {
      expect(JSON.stringify(engine.search("movies", request)), JSON.stringify(request)).toBe(JSON.stringify(single));
      const scored = engine.search("movies", {
        ...request,
        attributesToRetrieve: ["id"],
        attributesToHighlight: null,
        attributesToCrop: null,
        showMatchesPosition: false,
        showRankingScore: true,
        showRankingScoreDetails: true,
      });
      expect(scored["hits"], JSON.stringify(request)).toEqual(singleScored);
    }
  });
});
