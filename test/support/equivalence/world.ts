import { afterAll } from "vitest";
import { type ClusterSettings, MiroirClient } from "../../../src/index.ts";
import { createEmbeddedNode, type EmbeddedNode } from "../../../src/testing/embedded-node/index.ts";
import { type ClusterShape, configOf, MASTER_KEY } from "../cluster-config.ts";
import type { Corpus } from "./corpus.ts";
import { Reference, UID } from "./reference.ts";

/** A corpus on a cluster, and once more whole on one node. */
export interface World {
  readonly client: MiroirClient;
  readonly nodes: readonly EmbeddedNode[];
  readonly reference: Reference;
  /** Another client over the same nodes, closed with the test file. */
  connect(settings: ClusterSettings): MiroirClient;
}

const open: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of open) await close();
});

/** Starts a cluster with a corpus and the node that holds it whole; all of it ends with the test file. */
export async function startWorld(shape: ClusterShape, corpus: Corpus): Promise<World> {
  const nodes = await Promise.all(
    Array.from({ length: (shape.nodes ?? 3) + 1 }, () => createEmbeddedNode({ masterKey: MASTER_KEY })),
  );
  const [whole, ...members] = nodes;
  if (whole === undefined) throw new Error("no node was started");
  const clients: MiroirClient[] = [];
  const urls = members.map(({ url }) => url);
  const connect = (settings: ClusterSettings) => {
    const client = new MiroirClient({ ...configOf(urls, shape), ...settings });
    clients.push(client);
    return client;
  };
  open.push(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await Promise.all(nodes.map((node) => node.close()));
  });
  const client = connect({});
  const reference = new Reference(whole);
  await reference.fill(corpus);
  await client.createIndex(UID, { primaryKey: "id" }).waitTask();
  const index = client.index(UID);
  const tasks = [await index.updateSettings(corpus.settings), await index.addDocuments([...corpus.documents])];
  for (const { error } of await client.tasks.waitForTasks(tasks)) if (error !== null) throw new Error(error.message);
  return { client, nodes: members, reference, connect };
}
