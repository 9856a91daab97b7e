import { describe, expect, it } from "vitest";
import { mergeGlobalStats, mergeIndexStats } from "../../../src/merge/stats.ts";

const node = (documents: number, more = {}) => ({
  ...{ numberOfDocuments: documents, rawDocumentDbSize: documents * 100, avgDocumentSize: 90, isIndexing: false },
  ...{
    numberOfEmbeddings: 0,
    numberOfEmbeddedDocuments: 0,
    fieldDistribution: { id: documents, _miroir_shard: documents },
  },
  ...more,
});
const parts = (...bodies: object[]) => bodies.map((body, order) => ({ order, body }));

describe("merged index stats", () => {
  it("add up, without miroir's fields, in the server's key order", () => {
    const merged = mergeIndexStats(
      parts(node(3, { isIndexing: true }), node(1, { avgDocumentSize: 50, fieldDistribution: { id: 1, a: 1 } })),
    );
    expect(JSON.stringify(merged)).toBe(
      '{"numberOfDocuments":4,"rawDocumentDbSize":400,"avgDocumentSize":80,"isIndexing":true,' +
        '"numberOfEmbeddings":0,"numberOfEmbeddedDocuments":0,"fieldDistribution":{"a":1,"id":4}}',
    );
  });

  it("count a document once, however many replicas hold it", () => {
    const merged = mergeIndexStats(parts(node(4), node(4), node(4)), { copies: 2 });
    expect(merged).toMatchObject({ numberOfDocuments: 6, avgDocumentSize: 90, fieldDistribution: { id: 6 } });
  });

  it("have an average of 0 for an empty index, and embedding counts only where nodes have them", () => {
    const { numberOfEmbeddings: _one, numberOfEmbeddedDocuments: _two, ...bare } = node(0);
    expect(mergeIndexStats(parts(bare))).toMatchObject({ avgDocumentSize: 0 });
    expect(mergeIndexStats(parts(bare))).not.toHaveProperty("numberOfEmbeddings");
  });
});

describe("merged global stats", () => {
  it("add database sizes of all nodes, take the last update and show logical names", () => {
    const one = {
      databaseSize: 10,
      usedDatabaseSize: 5,
      lastUpdate: "2026-01-01T00:00:00.2Z",
      indexes: { movies__g2: node(1), miroir__state: node(9) },
    };
    const two = {
      databaseSize: 20,
      usedDatabaseSize: 7,
      lastUpdate: null,
      indexes: { movies__g2: node(2), books: node(3) },
    };
    const logicalUid = (uid: string) => (uid === "miroir__state" ? undefined : uid.replace("__g2", ""));
    const merged = mergeGlobalStats(parts(one, two), { logicalUid });
    expect(merged).toMatchObject({ databaseSize: 30, usedDatabaseSize: 12, lastUpdate: "2026-01-01T00:00:00.2Z" });
    expect(Object.entries(merged["indexes"] as object).map(([uid, stats]) => [uid, stats.numberOfDocuments])).toEqual([
      ["books", 3],
      ["movies", 3],
    ]);
  });
});
