import * as api from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { MiroirEventName } from "../../src/index.ts";
import { otelTraces } from "../../src/telemetry/index.ts";
import { MASTER_KEY, startCluster } from "../support/cluster.ts";
import { recordSpans } from "../support/recorded-spans.ts";

const EVENTS = [
  ...(["epoch", "nodeSuspect", "nodeUp", "degraded", "debt", "debtPaid", "hold", "view", "job"] as const),
  "slow",
] as const satisfies MiroirEventName[];

describe("metrics, spans and events", () => {
  it("tell of no key, query, filter or document, whatever goes wrong", async () => {
    const { connect, nodes } = await startCluster({ nodes: 3 });
    const client = connect({ slowSearchMs: 1e-6, attemptTimeoutMs: 400, writeTimeoutMs: 800 });
    const { tracer, spans } = recordSpans();
    otelTraces(client, api, { tracer });
    const told: unknown[] = [];
    for (const name of EVENTS) client.events.on(name, (event: object) => told.push([name, event]));
    const movies = client.index("movies");
    await movies.addDocuments([{ id: "secret-id", title: "secret-document" }], { primaryKey: "id" }).waitTask();
    const { key } = await client.createKey({ actions: ["search"], indexes: ["*"], expiresAt: null });
    const ask = async () => {
      const filter = "title = secret-filter";
      const failed = () => undefined;
      await movies.search("secret-query").catch(failed);
      await movies.search("secret-query", { filter }).catch(failed);
      await movies.searchGet("secret-query", { filter }).catch(failed);
      await movies.searchForFacetValues({ facetName: "title", facetQuery: "secret-query", filter }).catch(failed);
      await client.multiSearch({ queries: [{ indexUid: "movies", q: "secret-query", filter }] }).catch(failed);
      await movies.getDocument("secret-id").catch(failed);
      await movies.addDocuments([{ id: "secret-id", title: "secret-document" }]).catch(failed);
      await movies.deleteDocument("secret-id").catch(failed);
      await client.getKey(key).catch(failed);
      await client.updateKey(key, { name: "secret-name" }).catch(failed);
    };
    await ask();
    await nodes[0]?.close();
    await ask();
    await client.deleteKey(key).catch(() => undefined);
    const spanTexts = spans().map(({ name, attributes, status, events }) => ({ name, attributes, status, events }));
    expect(told.length).toBeGreaterThan(10);
    expect(spanTexts.length).toBeGreaterThan(40);
    const things = [...client.metrics.text().split("\n"), ...told, ...spanTexts].map((thing) => JSON.stringify(thing));
    const secrets = [MASTER_KEY, key, "secret-document", "secret-query", "secret-filter", "secret-name"];
    expect(things.filter((thing) => secrets.some((secret) => thing.includes(secret)))).toEqual([]);
    // The path of a write that was degraded names its document.
    const others = things.filter((thing) => !thing.startsWith('["degraded"'));
    expect(others.filter((thing) => thing.includes("secret-id"))).toEqual([]);
  });
});
