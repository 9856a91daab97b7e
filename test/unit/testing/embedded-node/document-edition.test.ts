import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEmbeddedNode, type EmbeddedNode } from "../../../../src/testing/embedded-node/index.ts";
import { finished, send } from "./node-client.ts";

/** What the real server answered to the same edits of the same documents. */
const CASES: readonly { script: string; context?: object; after: object }[] = [
  { script: "doc.year += 1", after: { id: 1, title: "Alien", tags: ["a", "b"], year: 1980 } },
  { script: "if doc.year > 2000 { doc.new = true } else { doc.new = false }", after: { new: false } },
  { script: 'doc.more = [1, 2, #{a: `x`}]; doc["text"] = "q" + 1', after: { more: [1, 2, { a: "x" }], text: "q1" } },
  { script: 'doc.length = doc.title.len(); doc.remove("tags")', after: { length: 5 } },
  { script: "let a = 5; doc.a = a * 2 - 3 / 2", after: { a: 9 } },
  { script: "doc.missing = doc.nothing ?? 7", after: { missing: 7 } },
  { script: 'doc.has = "a" in doc.tags && !false || 1 == 2', after: { has: true } },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the braces belong to the script
  { script: "doc.label = `hi ${doc.id}`", after: { label: "hi 1" } },
  { script: "doc.copied = context.list", context: { list: [1, { b: 2 }] }, after: { copied: [1, { b: 2 }] } },
];

const REFUSALS: readonly { script: string; message: string }[] = [
  { script: "doc.x = doc.title - 1", message: "Function not found: - (string, i64) (line 1, position 19)" },
  { script: "doc.v = zzz", message: "Variable not found: zzz (line 1, position 9)" },
  { script: "doc = 5", message: "Document editions must keep documents as objects" },
  { script: "doc.id = 2", message: "Document editions cannot modify a document's primary key" },
];

describe("edits of documents by function in the embedded node", () => {
  let node: EmbeddedNode;

  beforeEach(async () => {
    node = await createEmbeddedNode({ masterKey: "key" });
    await send(node, "PATCH /experimental-features", { editDocumentsByFunction: true });
    await send(node, "POST /indexes/movies/documents", [{ id: 1, title: "Alien", tags: ["a", "b"], year: 1979 }]);
  });

  afterEach(async () => {
    await node.close();
  });

  async function edit(script: string, context?: object) {
    const body = { function: script, ...(context === undefined ? {} : { context }) };
    const { body: summary } = await send(node, "POST /indexes/movies/documents/edit", body);
    return finished(node, summary.taskUid);
  }

  for (const { script, context, after } of CASES) {
    it(`runs ${script}`, async () => {
      expect(await edit(script, context)).toMatchObject({ status: "succeeded", details: { editedDocuments: 1 } });
      expect((await send(node, "GET /indexes/movies/documents/1")).body).toMatchObject(after);
    });
  }

  for (const { script, message } of REFUSALS) {
    it(`fails the task of ${script} and leaves the documents alone`, async () => {
      const before = (await send(node, "GET /indexes/movies/documents/1")).body;
      const task = await edit(script);
      expect(task).toMatchObject({ status: "failed", error: { code: "edit_documents_by_function_error" } });
      expect(task.error.message).toContain(message);
      expect((await send(node, "GET /indexes/movies/documents/1")).body).toEqual(before);
    });
  }

  it("removes documents that become nothing", async () => {
    await edit("doc = ()");
    expect((await send(node, "GET /indexes/movies/documents")).body.total).toBe(0);
  });

  it("refuses a function that cannot be read before it makes a task", async () => {
    const { body } = await send(node, "POST /indexes/movies/documents/edit", { function: "doc.x = " });
    expect(body).toMatchObject({ code: "bad_request", message: "Script is incomplete (line 1, position 9)" });
  });
});
