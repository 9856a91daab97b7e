/** One of two processes that share a session by its token: writes or reads what it is told to. Started by session-trials.ts. */
import process from "node:process";
import { MiroirClient, type MiroirConfig } from "../../../src/index.ts";
import type { PeerAnswer, PeerRequest } from "../session-trials.ts";

const client = new MiroirClient(JSON.parse(process.argv[2] ?? "") as MiroirConfig);

process.on("message", async ({ number, ask }: { number: number; ask: PeerRequest }) => {
  try {
    process.send?.({ number, answer: await answer(ask) });
  } catch (error) {
    process.send?.({ number, failure: String(error) });
  }
});
process.once("disconnect", () => void client.close());

function answer(ask: PeerRequest): Promise<PeerAnswer> {
  return ask.do === "write" ? write(ask) : read(ask);
}

async function write({ uid, id, version, change, token }: PeerRequest & { do: "write" }): Promise<PeerAnswer> {
  const session = client.session(token === undefined ? {} : { token });
  const index = client.with({ session }).index(uid);
  if (change === "delete") await index.deleteDocument(id);
  else if (change === "put") await index.addDocuments([{ id, lane: id, version }]);
  else await index.updateDocuments([{ id, lane: id, version }]);
  return { token: session.token };
}

async function read({ uid, id, how, token, mode }: PeerRequest & { do: "read" }): Promise<PeerAnswer> {
  const session = token === undefined ? undefined : client.session({ token, mode, timeoutMs: 20_000 });
  const view = session === undefined ? client : client.with({ session, timeoutMs: 30_000 });
  const found = await lookUp(view, { uid, id, how });
  return { version: found?.["version"] as number | undefined, ...(session !== undefined && { token: session.token }) };
}

type Looking = Pick<PeerRequest & { do: "read" }, "uid" | "id" | "how">;

async function lookUp(view: MiroirClient, { uid, id, how }: Looking): Promise<Record<string, unknown> | undefined> {
  const filter = `lane = ${id}`;
  switch (how) {
    case "get": {
      const { results } = await view.index(uid).getDocuments({ ids: [id] });
      return results[0];
    }
    case "search":
      return (await view.index(uid).search("", { filter })).hits[0];
    case "multi": {
      const { results } = await view.multiSearch({ queries: [{ indexUid: uid, filter }] });
      return results[0]?.hits[0];
    }
    case "list":
      return (await view.index(uid).getDocuments({ filter })).results[0];
  }
}
