import { describe, expect, it } from "vitest";
import { type EmbeddedCluster, startCluster } from "../support/cluster.ts";
import { isDocumentWrite, recordRequests } from "../support/requests.ts";

const UID = "movies";

/** A cluster with an index, and a check that no node was sent documents since. */
async function guarded(primaryKey: string | undefined): Promise<EmbeddedCluster & { expectNothingSent(): void }> {
  const cluster = await startCluster();
  await cluster.client.createIndex(UID, primaryKey === undefined ? {} : { primaryKey }).waitTask();
  const seen = cluster.nodes.map(recordRequests);
  return {
    ...cluster,
    expectNothingSent: () => expect(seen.flat().filter(isDocumentWrite(UID))).toEqual([]),
  };
}

describe("documents that no server would take", () => {
  const wrongIds: [what: string, id: unknown, words: string][] = [
    ["a float", 1.5, "`1.5` is invalid"],
    ["an empty text", "", '`""` is invalid'],
    ["a text of 512 bytes", "a".repeat(512), "511 bytes"],
    ["a text with a space", "a b", '`"a b"` is invalid'],
    ["a text with an accent", "é", '`"é"` is invalid'],
    ["a text with a slash", "a/b", '`"a/b"` is invalid'],
    ["null", null, "`null` is invalid"],
    ["a boolean", true, "`true` is invalid"],
    ["an object", { a: 1 }, "is invalid"],
  ];
  it.each(wrongIds)("fails the task of a call in which one id is %s, and writes none of it", async (_, id, words) => {
    const { client, expectNothingSent } = await guarded("id");
    const index = client.index(UID);
    const task = await index.addDocuments([{ id: 1 }, { id }, { id: 3 }]).waitTask();
    expect(task).toMatchObject({
      status: "failed",
      type: "documentAdditionOrUpdate",
      details: { receivedDocuments: 3, indexedDocuments: 0 },
      error: { code: "invalid_document_id", type: "invalid_request" },
    });
    expect(task.error?.message).toContain(words);
    expectNothingSent();
    expect((await index.getStats()).numberOfDocuments).toBe(0);
  });

  it("fails the task of a call in which a document has no id", async () => {
    const { client, expectNothingSent } = await guarded("id");
    const task = await client
      .index(UID)
      .addDocuments([{ id: 1 }, { title: "no id" }])
      .waitTask();
    expect(task).toMatchObject({
      status: "failed",
      error: { code: "missing_document_id", message: expect.stringContaining('{"title":"no id"}') },
    });
    expectNothingSent();
  });

  it("fails the task when no field can be the primary key", async () => {
    const { client, expectNothingSent } = await guarded(undefined);
    const task = await client
      .index(UID)
      .addDocuments([{ title: "x" }])
      .waitTask();
    expect(task).toMatchObject({ status: "failed", error: { code: "index_primary_key_no_candidate_found" } });
    expectNothingSent();
    expect(await client.index(UID).fetchPrimaryKey()).toBeNull();
  });

  it("fails the task when several fields can be the primary key", async () => {
    const { client, expectNothingSent } = await guarded(undefined);
    const task = await client
      .index(UID)
      .addDocuments([{ bookId: 1, authorId: 2 }])
      .waitTask();
    expect(task).toMatchObject({ status: "failed", error: { code: "index_primary_key_multiple_candidates_found" } });
    expectNothingSent();
  });

  it("fails the task of a call that names another primary key than the index has", async () => {
    const { client } = await guarded("id");
    await client
      .index(UID)
      .addDocuments([{ id: 1 }])
      .waitTask();
    const task = await client
      .index(UID)
      .addDocuments([{ id: 2, other: 3 }], { primaryKey: "other" })
      .waitTask();
    expect(task).toMatchObject({ status: "failed", error: { code: "index_primary_key_already_exists" } });
    expect((await client.index(UID).getStats()).numberOfDocuments).toBe(1);
  });

  it.each(["_miroir_shard", "_miroir_version", "_miroir_expires_at", "_miroir_anything"])(
    "refuses a document that carries `%s` before anything is sent",
    async (field) => {
      const { client, expectNothingSent } = await guarded("id");
      const write = client.index(UID).addDocuments([{ id: 1 }, { id: 2, [field]: "x" }]);
      // The scan of answers must not see the name that the caller itself sent.
      await expect(write).rejects.toThrow("reserved");
      expectNothingSent();
    },
  );
});

describe("a document that nodes refuse only while they index it", () => {
  it("fails the task as on one server, though what other nodes were sent is written", async () => {
    const { client } = await startCluster({ replicationFactor: 1 });
    const index = client.index(UID);
    await index.updateEmbedders({ mine: { source: "userProvided", dimensions: 2 } }).waitTask();
    const right = Array.from({ length: 60 }, (_, id) => ({ id, _vectors: { mine: [id, 1] } }));
    const task = await index.addDocuments([...right, { id: 60 }], { primaryKey: "id" }).waitTask();
    expect(task).toMatchObject({
      status: "failed",
      details: { receivedDocuments: 61, indexedDocuments: 0 },
      error: {
        code: "vector_embedding_error",
        message: expect.stringContaining("no vectors provided for document `60`"),
      },
    });
    const { numberOfDocuments } = await index.getStats();
    expect(numberOfDocuments).toBeGreaterThan(0);
    expect(numberOfDocuments).toBeLessThan(60);
    expect((await index.addDocuments([...right, { id: 60, _vectors: { mine: null } }]).waitTask()).error).toBeNull();
    expect((await index.getStats()).numberOfDocuments).toBe(61);
  });
});

describe("payloads that cannot be read", () => {
  const texts: [what: string, text: string, type: "application/json" | "application/x-ndjson" | "text/csv"][] = [
    ["JSON that ends too early", '[{"id":1},{"id":2', "application/json"],
    ["JSON with a stray comma", '[{"id":1},]', "application/json"],
    ["NDJSON with a broken line", '{"id":1}\n{"id":\n', "application/x-ndjson"],
    ["CSV with a row that is too long", "id,title\n1,a\n2,b,c\n", "text/csv"],
    ["CSV with a word where a number belongs", "id:number\n1\nx\n", "text/csv"],
  ];
  it.each(texts)("refuses %s at once, and sends nothing anywhere", async (_, text, type) => {
    const { client, expectNothingSent } = await guarded("id");
    await expect(client.index(UID).addDocumentsFromString(text, type)).rejects.toMatchObject({
      cause: { code: "malformed_payload", type: "invalid_request" },
      response: { status: 400 },
    });
    expectNothingSent();
    expect((await client.index(UID).getStats()).numberOfDocuments).toBe(0);
  });

  it("refuses JSON that holds something else than objects, with the status that a server answers there", async () => {
    const { client, expectNothingSent } = await guarded("id");
    await expect(client.index(UID).addDocumentsFromString("[1]", "application/json")).rejects.toMatchObject({
      cause: { code: "internal", message: expect.stringContaining("expected a map") },
      response: { status: 500 },
    });
    expectNothingSent();
  });

  it("refuses an empty payload", async () => {
    const { client, expectNothingSent } = await guarded("id");
    await expect(client.index(UID).addDocumentsFromString("", "application/json")).rejects.toMatchObject({
      cause: { code: "missing_payload" },
    });
    expectNothingSent();
  });

  it("refuses a media type that no server reads", async () => {
    const { client, expectNothingSent } = await guarded("id");
    await expect(client.index(UID).addDocumentsFromString("x", "text/plain" as never)).rejects.toMatchObject({
      cause: { code: "invalid_content_type" },
    });
    expectNothingSent();
  });

  it("sends the text of large numbers as it was written", async () => {
    const { client, nodes } = await guarded("id");
    const seen = nodes.map(recordRequests);
    const text = '[{"id":9007199254740993,"price":12345678901234567890,"rating":4.50}]';
    await client.index(UID).addDocumentsFromString(text, "application/json");
    const bodies = seen
      .flat()
      .filter(isDocumentWrite(UID))
      .map(({ body }) => new TextDecoder().decode(body));
    expect(bodies).toHaveLength(2);
    for (const body of bodies) {
      expect(body).toContain('"id":9007199254740993,"price":12345678901234567890,"rating":4.50');
    }
  });
});
