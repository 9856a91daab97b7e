import { Meilisearch } from "meilisearch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MiroirError, metaOf } from "../../../src/index.ts";
import type { TestCluster } from "../cluster.ts";
import type { Environment } from "../environment.ts";

/** Features that a scenario switches. */
const OFF = { metrics: false, containsFilter: false, network: false, renderRoute: false };

async function refusalOf(call: Promise<unknown> | undefined): Promise<unknown> {
  const error: unknown = await call?.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).not.toBeInstanceOf(MiroirError);
  return (error as { cause?: unknown } | undefined)?.cause;
}

/** Features, dumps, snapshots and the picture of the network. */
export function administrationScenarios({ name, open }: Environment): void {
  describe(`administration over ${name}`, () => {
    let cluster: TestCluster;
    let direct: Meilisearch;

    const switchOff = () => Promise.all(cluster.directs.map((one) => one.updateExperimentalFeatures(OFF)));
    beforeEach(async () => {
      cluster = await open();
      const [first] = cluster.directs;
      if (first === undefined) throw new Error("no nodes");
      direct = first;
      await switchOff();
    });
    afterEach(switchOff);

    it("switches features on every node, and answers as one server does", async () => {
      const { client, directs } = cluster;
      expect(await client.getExperimentalFeatures()).toEqual(await direct.getExperimentalFeatures());
      const changed = await client.updateExperimentalFeatures({ metrics: true, containsFilter: true });
      for (const one of directs) expect(await one.getExperimentalFeatures()).toEqual(changed);
      expect(changed).toMatchObject({ metrics: true, containsFilter: true, network: false });
      expect(await direct.updateExperimentalFeatures({})).toEqual(changed);
      expect(await client.updateExperimentalFeatures({ metrics: false })).toMatchObject({ metrics: false });
      const features = await client.getExperimentalFeatures();
      expect(features).toEqual(await direct.getExperimentalFeatures());
      expect(Object.keys(features)).toEqual(Object.keys(await direct.getExperimentalFeatures()));
      expect(metaOf(features)).toMatchObject({ exact: true, degraded: false });
    });

    it("counts a feature as on when it is on everywhere, and names those that are on somewhere", async () => {
      await cluster.directs[2]?.updateExperimentalFeatures({ metrics: true });
      const features = await cluster.client.getExperimentalFeatures();
      expect(features).toMatchObject({ metrics: false });
      expect(metaOf(features)).toMatchObject({ exact: false });
      expect(metaOf(features)?.reasons.join()).toContain("metrics");
    });

    it("refuses features that there are not in the server's words, and changes none", async () => {
      const { client, directs } = cluster;
      for (const wrong of [{ sing: true }, { metrics: "yes" }, { metrics: true, network: 1 }]) {
        const refusal = await refusalOf(client.updateExperimentalFeatures(wrong as object));
        expect(refusal).toMatchObject({ code: "bad_request" });
        expect(refusal).toEqual(await refusalOf(direct.updateExperimentalFeatures(wrong as object)));
      }
      for (const one of directs) expect(await one.getExperimentalFeatures()).toMatchObject({ metrics: false });
    });

    it("makes a dump and a snapshot on every node, with one task that lists them", async () => {
      const { client, directs } = cluster;
      const enqueued = await client.createDump();
      expect(Object.keys(enqueued)).toEqual(Object.keys(await direct.createDump()));
      expect(enqueued).toMatchObject({ indexUid: null, status: "enqueued", type: "dumpCreation" });
      const dump = await client.tasks.waitForTask(enqueued, { timeout: 60_000 });
      expect(dump).toMatchObject({ status: "succeeded", type: "dumpCreation", error: null });
      const snapshot = await client.createSnapshot().waitTask({ timeout: 60_000 });
      expect(snapshot).toMatchObject({ status: "succeeded", type: "snapshotCreation", indexUid: null });
      for (const [task, keys] of [
        [dump, ["taskUid", "status", "dumpUid"]],
        [snapshot, ["taskUid", "status"]],
      ] as const) {
        const { nodes = {} } = task.details as { nodes?: Record<string, { taskUid: number; dumpUid?: string }> };
        expect(Object.keys(nodes)).toEqual(["node-0", "node-1", "node-2"]);
        for (const [position, part] of Object.values(nodes).entries()) {
          expect(Object.keys(part)).toEqual(keys);
          const own = await directs[position]?.tasks.getTask(part.taskUid);
          expect(own).toMatchObject({ type: task.type, status: "succeeded" });
          expect(own?.details?.dumpUid).toEqual(part.dumpUid);
        }
      }
      expect(dump.details?.dumpUid).toBe((await direct.tasks.getTask(firstTask(dump.details))).details?.dumpUid);
    });

    it("shows the cluster as a network once the feature is on, and lets nobody change it", async () => {
      const { client } = cluster;
      expect(await refusalOf(client.getNetwork())).toEqual(await refusalOf(direct.getNetwork()));
      await client.updateExperimentalFeatures({ network: true });
      const network = await client.getNetwork();
      expect(Object.keys(network)).toEqual(Object.keys(await direct.getNetwork()));
      expect(Object.keys(network.remotes ?? {})).toEqual(["node-0", "node-1", "node-2"]);
      expect(network.remotes?.["node-0"]).toEqual({
        ...{ url: direct.config.host, searchApiKey: null, writeApiKey: null },
        status: "available",
      });
      expect(Object.keys(network.shards ?? {})).toHaveLength(16);
      for (const { remotes } of Object.values(network.shards ?? {})) expect(remotes).toHaveLength(2);
      await expect(client.updateNetwork({ self: "a" })).rejects.toMatchObject({ code: "miroir_not_supported" });
    });

    it("refuses to render a template while the feature is off, in the server's words", async () => {
      const body = { template: { kind: "inlineDocumentTemplate", inline: "{{doc.title}}" } } as const;
      const refusal = await refusalOf(cluster.client.renderTemplate(body));
      expect(refusal).toMatchObject({ code: "feature_not_enabled" });
      expect(refusal).toEqual(await refusalOf(direct.renderTemplate(body)));
    });

    it.skipIf(name === "embedded nodes")("renders what one server renders (real servers only)", async () => {
      const { client } = cluster;
      await client.updateExperimentalFeatures({ renderRoute: true });
      const books = Array.from({ length: 30 }, (_, id) => ({ id, title: `Book ${id}`, author: { name: "Mara" } }));
      for (const [one, uid] of [
        [client, "scenario_books"],
        [direct, "scenario_alone"],
      ] as const) {
        const embedders = {
          own: {
            source: "rest",
            url: "http://127.0.0.1:1/",
            request: "{{text}}",
            response: "{{embedding}}",
            dimensions: 2,
          },
        };
        await one.index(uid).addDocuments(books).waitTask({ timeout: 60_000 });
        await one.createIndex(`${uid}_empty`).waitTask({ timeout: 60_000 });
        await one
          .index(`${uid}_empty`)
          .updateEmbedders(embedders as never)
          .waitTask({ timeout: 60_000 });
      }
      const inline = (text: string) => ({ kind: "inlineDocumentTemplate", inline: text });
      const bodies = (uid: string): unknown[] => [
        { template: inline("{{doc.title}} by {{doc.author.name}}") },
        { template: inline("{{doc.title}}"), input: { kind: "inlineDocument", inline: { title: "Luna" } } },
        ...books.map(({ id }) => ({
          template: inline("{{doc.title}} by {{doc.author.name}}"),
          input: { kind: "indexDocument", indexUid: uid, id: String(id) },
        })),
        { template: inline("{{doc.title}}"), input: { kind: "indexDocument", indexUid: uid, id: "99" } },
        { template: inline("{{doc.title}}"), input: { kind: "indexDocument", indexUid: "scenario_nowhere", id: "1" } },
        { template: inline("{{doc.title"), input: { kind: "indexDocument", indexUid: uid, id: "1" } },
        { template: { kind: "documentTemplate", indexUid: uid, embedder: "nobody" } },
        {
          template: { kind: "documentTemplate", indexUid: `${uid}_empty`, embedder: "own" },
          input: { kind: "indexDocument", indexUid: uid, id: "3" },
        },
        { template: inline("x"), input: { kind: "indexDocument", indexUid: uid } },
        { template: 3 },
        {},
      ];
      const outcome = (one: Meilisearch, body: unknown) =>
        one.renderTemplate(body as never).catch((error: Error) => error.cause as object);
      const theirs = bodies("scenario_alone");
      for (const [position, body] of bodies("scenario_books").entries()) {
        const expected = JSON.stringify(await outcome(direct, theirs[position])).replaceAll(
          "scenario_alone",
          "scenario_books",
        );
        expect(JSON.stringify(await outcome(client, body)), JSON.stringify(body)).toBe(expected);
      }
      const everything = {
        template: inline("{{doc}}"),
        input: { kind: "indexDocument", indexUid: "scenario_books", id: "1" },
      };
      await expect(client.renderTemplate(everything as never)).rejects.toMatchObject({ code: "miroir_not_supported" });
    });

    it("lets only those do so whose key allows it, in the server's words", async () => {
      const { client } = cluster;
      const key = await client.createKey({ actions: ["search"], indexes: ["*"], expiresAt: null, name: "scenario" });
      const guest = cluster.connect({ apiKey: key.key, operatorKey: String(cluster.config.apiKey) });
      const single = new Meilisearch({ host: direct.config.host, apiKey: key.key });
      for (const call of [
        (one: Meilisearch) => one.getExperimentalFeatures(),
        (one: Meilisearch) => one.updateExperimentalFeatures({ metrics: true }),
        (one: Meilisearch) => one.createDump(),
        (one: Meilisearch) => one.createSnapshot(),
        (one: Meilisearch) => one.getNetwork(),
        (one: Meilisearch) => one.getVersion(),
      ]) {
        const refusal = await refusalOf(call(guest));
        expect(refusal).toMatchObject({ code: "invalid_api_key" });
        expect(refusal).toEqual(await refusalOf(call(single)));
      }
      await client.deleteKey(key.uid);
    });
  });
}

function firstTask(details: unknown): number {
  const { nodes = {} } = details as { nodes?: Record<string, { taskUid: number }> };
  return Object.values(nodes)[0]?.taskUid ?? -1;
}
