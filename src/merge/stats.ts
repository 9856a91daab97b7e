import type { JsonObject } from "../core/types.ts";
import { isReserved } from "../routing/reserved.ts";
import { numberOf, objectOf } from "./answer-shape.ts";
import { compareCodePoints } from "./code-points.ts";
import { latest } from "./instant.ts";
import { bodiesInOrder, type Part } from "./part.ts";

/** How the parts of a stats answer relate to the documents. */
export interface StatsOptions {
  /** How many of the parts hold each document (replicas × groups asked), 1 unless told; counts and document sizes are divided by it. */
  readonly copies?: number;
}

/** How global stats are merged. */
export interface GlobalStatsOptions {
  /** How many of the parts hold each document of an index, by its logical uid; 1 unless told. */
  readonly copiesOf?: (uid: string) => number;
  /** Logical uid of a physical one, undefined for indexes that users must not see. */
  readonly logicalUid: (physicalUid: string) => string | undefined;
}

/** Merges the answers of `GET indexes/:uid/stats` of nodes that together hold every document `copies` times. */
export function mergeIndexStats(parts: readonly Part[], options: StatsOptions = {}): JsonObject {
  return joinIndexStats(bodiesInOrder(parts), options.copies ?? 1);
}

/** Merges the answers of `GET stats` of all nodes; database sizes are what all nodes use together. */
export function mergeGlobalStats(parts: readonly Part[], options: GlobalStatsOptions): JsonObject {
  const bodies = bodiesInOrder(parts);
  const dates = bodies.map((body) => body["lastUpdate"]).filter((date) => typeof date === "string");
  const statsByUid = new Map<string, JsonObject[]>();
  for (const body of bodies) {
    for (const [physical, stats] of Object.entries(objectOf(body["indexes"], "`indexes`"))) {
      const uid = options.logicalUid(physical);
      if (uid === undefined) continue;
      statsByUid.set(uid, [...(statsByUid.get(uid) ?? []), objectOf(stats, `stats of \`${physical}\``)]);
    }
  }
  const byUid = [...statsByUid].sort(([left], [right]) => compareCodePoints(left, right));
  return {
    databaseSize: sum(bodies, "databaseSize"),
    usedDatabaseSize: sum(bodies, "usedDatabaseSize"),
    lastUpdate: byUid.length === 0 ? null : (latest(dates) ?? null), // the nodes have indexes of miroir's own
    indexes: Object.fromEntries(
      byUid.map(([uid, stats]) => [uid, joinIndexStats(stats, options.copiesOf?.(uid) ?? 1)]),
    ),
  };
}

function joinIndexStats(bodies: readonly JsonObject[], copies: number): JsonObject {
  const documents = sum(bodies, "numberOfDocuments");
  const bytes = bodies.reduce(
    (all, body) => all + numberAt(body, "avgDocumentSize") * numberAt(body, "numberOfDocuments"),
    0,
  );
  const stats: JsonObject = {
    numberOfDocuments: Math.round(documents / copies),
    rawDocumentDbSize: Math.round(sum(bodies, "rawDocumentDbSize") / copies),
    avgDocumentSize: documents === 0 ? 0 : Math.round(bytes / documents),
    isIndexing: bodies.some((body) => body["isIndexing"] === true),
  };
  if (bodies.some((body) => body["internalDatabaseSizes"] !== undefined)) {
    stats["internalDatabaseSizes"] = sumFields(bodies, "internalDatabaseSizes", 1);
  }
  for (const field of ["numberOfEmbeddings", "numberOfEmbeddedDocuments"]) {
    if (bodies.some((body) => body[field] !== undefined)) stats[field] = Math.round(sum(bodies, field) / copies);
  }
  stats["fieldDistribution"] = sumFields(bodies, "fieldDistribution", copies);
  return stats;
}

function sumFields(bodies: readonly JsonObject[], field: string, copies: number): JsonObject {
  const maps = bodies.map((body) => objectOf(body[field] ?? {}, `\`${field}\``));
  const names = [...new Set(maps.flatMap((map) => Object.keys(map)))].filter((name) => !isReserved(name));
  const entries = names
    .sort(compareCodePoints)
    .map((name): [string, number] => [name, Math.round(sum(maps, name) / copies)]);
  return Object.fromEntries(entries);
}

function sum(bodies: readonly JsonObject[], field: string): number {
  return bodies.reduce((all, body) => all + numberAt(body, field), 0);
}

function numberAt(body: JsonObject, field: string): number {
  return numberOf(body[field] ?? 0, `\`${field}\``);
}
