import { Meilisearch } from "meilisearch";
import { describe, expect, it } from "vitest";
import { verifySettings } from "../../src/jobs/index.ts";
import { UID } from "../support/chaos-load.ts";
import { MASTER_KEY } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { startProcessCluster } from "../support/process-cluster.ts";
import { TIME_FACTOR } from "../support/real-servers.ts";

describe("a change of settings", () => {
  it("is done without a node that is killed between its answer and its task, and kept by it when it is back", {
    timeout: 90_000 * TIME_FACTOR,
  }, async () => {
    const cluster = await startProcessCluster({ taskDelayMs: 300 });
    const client = cluster.connect();
    await client
      .index(UID)
      .addDocuments([{ id: 1 }, { id: 2 }, { id: 3 }], { primaryKey: "id" })
      .waitTask();
    const [victim] = cluster.nodes;
    const changing = await client.index(UID).updateFilterableAttributes(["id"]);
    await victim?.kill();
    const expectFiltered = async () => {
      for (let preference = 0; preference < 6; preference++) {
        const view = client.with({ preference: `${preference}`, partial: false }).index(UID);
        expect((await view.search("", { filter: "id > 1" })).hits).toHaveLength(2);
      }
    };
    expect(await client.tasks.waitForTask(changing.taskUid)).toMatchObject({ status: "succeeded" });
    await expectFiltered();
    await victim?.restart();
    await expectFiltered();
    const direct = new Meilisearch({ host: victim?.url ?? "", apiKey: MASTER_KEY });
    await eventually(async () => {
      await expectFiltered();
      expect(await direct.index(UID).getFilterableAttributes()).toContainEqual("id");
    }, 20_000);
    expect(await verifySettings(cluster.config)).toMatchObject({ isSound: true });
  });
});
