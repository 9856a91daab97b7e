import { Buffer } from "node:buffer";
import { describe, expect, it, onTestFinished } from "vitest";
import { ClusterSession } from "../../src/client/session.ts";
import { buildTopology } from "../../src/cluster/topology.ts";
import { putIntoStore } from "../../src/execute/topology-in-store.ts";
import { MiroirClient, type StaticClusterConfig, type TopologyClusterConfig } from "../../src/index.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { memoryStore } from "../../src/store/local/memory-store.ts";
import { createEmbeddedNode, type EmbeddedNode } from "../../src/testing/embedded-node/index.ts";
import { cutReserved } from "../../src/transport/cut-reserved.ts";
import type { NodeRequest, NodeResponse } from "../../src/transport/transport.ts";
import { systemRandom } from "../../src/util/random.ts";
import { configOf, MASTER_KEY } from "../support/cluster-config.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { MemoryTransport } from "../support/memory-transport.ts";

interface TimedClient {
  readonly client: MiroirClient;
  readonly clock: FakeClock;
  readonly transport: MemoryTransport;
  /** The outcome of a call, for which time passes. */
  during<T>(call: Promise<T>): Promise<T>;
}

const URLS = ["http://a:7700", "http://b:7700"];

type Config = StaticClusterConfig | TopologyClusterConfig;

/** A client that was used for a while, over nodes without a network; time passes as the test says. */
async function usedClient(configFor: (clock: FakeClock) => Promise<Config>): Promise<TimedClient> {
  const clock = new FakeClock();
  const nodes = await Promise.all(
    URLS.map(() => createEmbeddedNode({ masterKey: MASTER_KEY, now: () => clock.now() })),
  );
  onTestFinished(async () => void (await Promise.all(nodes.map((node) => node.close()))));
  const transport = new MemoryTransport((request) => ask(nodes[URLS.indexOf(request.node.url)], request));
  const config = await configFor(clock);
  const session = new ClusterSession(config, { clock, random: systemRandom, transport: () => transport });
  const client = new MiroirClient(config, { session, call: {} });
  const during = async <T>(call: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = call.finally(() => {
      isOver = true;
    });
    while (!isOver) await clock.advance(10);
    return over;
  };
  onTestFinished(() => during(client.close()));
  await during(client.index("movies").addDocuments([{ id: 1 }], { primaryKey: "id" }));
  for (let second = 0; second < 60; second += 5) {
    await clock.advance(5000);
    expect((await during(client.index("movies").search(""))).hits).toHaveLength(1);
  }
  return { client, clock, transport, during };
}

function ask(node: EmbeddedNode | undefined, request: NodeRequest): NodeResponse {
  if (node === undefined) throw new Error(`there is no node ${request.node.url}`);
  const { method, path, query = "", authorization, contentType = "application/json", body = "" } = request;
  const headers = {
    ...request.headers,
    ...(authorization !== undefined && { authorization }),
    ...(body !== "" && { "content-type": contentType }),
  };
  const response = node.handle({ method, path: `/${path}`, query, headers, body: new TextEncoder().encode(body) });
  const text = request.cutsReserved === true ? cutReserved(Buffer.from(response.body)).toString("utf8") : response.body;
  return { ...response, body: request.asText === true || text === "" ? text : JSON.parse(text) };
}

const onNodes = async () => ({ ...configOf(URLS), repair: true });

const inStore = async (clock: FakeClock) => {
  const store = memoryStore({ clock }).open();
  const nodes = URLS.map((url) => ({ url }));
  const topology = buildTopology({ clusterId: "c", nodes, shards: 16, replicationFactor: 2 }, await loadHasher());
  await putIntoStore(store, topology, []);
  return { topology: store, apiKey: MASTER_KEY };
};

describe.each([
  ["nodes keep the state", onNodes],
  ["a store keeps the state", inStore],
])("a client that nobody calls any more, where %s", (_name, configFor) => {
  it("waits for nothing and asks nobody 35 seconds after the last call, and is there for the next", async () => {
    const { client, clock, transport, during } = await usedClient(configFor);
    for (let round = 1; round < 4; round++) {
      await during(client.index("movies").addDocuments([{ id: round }]));
      await clock.advance(35_000);
      const sent = transport.sent.length;
      expect(clock.pending).toBe(0);
      await clock.advance(600_000);
      expect(transport.sent.length).toBe(sent);
      expect((await during(client.index("movies").search(""))).hits).toHaveLength(Math.max(1, round));
    }
  });
});
