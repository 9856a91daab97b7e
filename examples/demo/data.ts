import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** A movie as it is indexed; a field that is unknown is left out. A few titles, such as 1776, are numbers. */
export interface Movie {
  readonly id: number;
  readonly title?: string | number;
  readonly director?: string;
  readonly distributor?: string;
  readonly genre?: string;
  readonly rating?: string;
  readonly imdb?: number;
  readonly gross?: number;
  readonly budget?: number;
}

/** Settings of the index, the same on the cluster and on the single server. */
export const SETTINGS = {
  searchableAttributes: ["title", "director", "distributor"],
  filterableAttributes: ["genre", "rating", "imdb", "distributor", "director", "gross"],
  sortableAttributes: ["imdb", "gross", "title", "budget"],
  faceting: { maxValuesPerFacet: 50 },
  // More than there are documents: the comparison reads whole rankings.
  pagination: { maxTotalHits: 5000 },
};

const FIELDS = {
  title: "Title",
  director: "Director",
  distributor: "Distributor",
  genre: "Major Genre",
  rating: "MPAA Rating",
  imdb: "IMDB Rating",
  gross: "US Gross",
  budget: "Production Budget",
};

/** The 3,201 real movies of the npm package `vega-datasets`; their ids are their positions, from 1. */
export async function loadMovies(): Promise<Movie[]> {
  const file = fileURLToPath(new URL("../data/movies.json", import.meta.resolve("vega-datasets")));
  const rows = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>[];
  return rows.map((row, position) => {
    const fields = Object.entries(FIELDS).map(([field, source]) => [field, row[source]]);
    return { id: position + 1, ...Object.fromEntries(fields.filter(([, value]) => value !== null)) };
  });
}

/** Slices of a list, in order. */
export function* inBatches<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
