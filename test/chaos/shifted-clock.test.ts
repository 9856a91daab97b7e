import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Meilisearch } from "meilisearch";
import { describe, expect, it, onTestFinished } from "vitest";
import { repairCluster, verifyCluster } from "../../src/jobs/index.ts";
import { decodeStamp } from "../../src/routing/stamp.ts";
import type { ToldWrite } from "../support/child/write-until-stopped.ts";
import { MASTER_KEY } from "../support/cluster.ts";
import { DocumentRegister } from "../support/document-register.ts";
import { eventually } from "../support/eventually.ts";
import { type ProcessCluster, startProcessCluster } from "../support/process-cluster.ts";
import { TIME_FACTOR } from "../support/real-servers.ts";
import { hasRedis } from "../support/redis-server.ts";

const UID = "movies";
const PROGRAM = fileURLToPath(new URL("../support/child/write-until-stopped.ts", import.meta.url));
const DOCUMENTS = Array.from({ length: 8 }, (_, id) => ({ id, version: 0 }));
const MINUTE_MS = 60_000;

/** An application whose machine's clock is wrong; it ends with the test. */
function startWriter({ store }: ProcessCluster, shiftMs: number) {
  const shift = `data:text/javascript,const now=Date.now;Date.now=()=>now()+(${shiftMs})`;
  const tsx = import.meta.resolve("tsx");
  const child = spawn(process.execPath, ["--import", shift, "--import", tsx, PROGRAM, store, UID], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  const writes: ToldWrite[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => writes.push(JSON.parse(line) as ToldWrite));
  const stop = async () => {
    child.kill("SIGTERM");
    await closed;
  };
  onTestFinished(stop);
  const pass = (count: number) => {
    const enough = writes.length + count;
    return eventually(() => expect(writes.length).toBeGreaterThan(enough), 20_000);
  };
  return { writes, stop, pass };
}

/** When documents were written, by their stamps on the nodes: milliseconds since 1970. */
async function stampedAt({ nodes }: ProcessCluster): Promise<number[]> {
  const stamps = nodes.map(async ({ url: host }) => {
    const { results } = await new Meilisearch({ host, apiKey: MASTER_KEY }).index(UID).getDocuments({ limit: 100 });
    return results.map((document) => decodeStamp(String(document["_miroir_version"])).timeMs);
  });
  return (await Promise.all(stamps)).flat();
}

describe.skipIf(!hasRedis)("an application whose clock is wrong by five minutes", () => {
  it.each([
    { clock: "late", shiftMs: -5 * MINUTE_MS },
    { clock: "ahead", shiftMs: 5 * MINUTE_MS },
  ])(
    "and $clock stamps by the store's, and loses no write when a node dies and comes back",
    { timeout: 90_000 * TIME_FACTOR },
    async ({ shiftMs }) => {
      const cluster = await startProcessCluster();
      const client = cluster.connect();
      await client.index(UID).addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask();
      const before = await stampedAt(cluster);
      const { writes, stop, pass } = startWriter(cluster, shiftMs);
      await pass(40);
      await cluster.nodes[0]?.kill();
      await pass(40);
      await cluster.nodes[0]?.restart();
      await pass(40);
      await stop();
      await eventually(async () => expect(await repairCluster(cluster.config)).toEqual([]), 20_000);
      expect(await verifyCluster(cluster.config, { content: true })).toMatchObject({ isSound: true });
      const after = await stampedAt(cluster);
      expect(after).toHaveLength(2 * DOCUMENTS.length);
      expect(Math.min(...after)).toBeGreaterThan(Math.max(...before));
      expect(Math.max(...after)).toBeLessThan(Math.max(...before) + 4 * MINUTE_MS);
      const register = new DocumentRegister();
      for (const document of DOCUMENTS) register.acknowledged(document.id, () => document);
      for (const { id, version, code } of writes) {
        if (code === undefined) register.acknowledged(id, () => ({ id, version }));
        else register.unknown(id, () => ({ id, version }));
      }
      for (const id of register.ids) {
        const document = await cluster.connect().index(UID).getDocument(id);
        expect(register.allows(id, document), `${JSON.stringify(document)}, not ${register.describe(id)}`).toBe(true);
      }
      process.stdout.write(
        `${writes.length} writes, ${writes.filter(({ code }) => code !== undefined).length} refused\n`,
      );
    },
  );
});
