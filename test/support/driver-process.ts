import { type JobRecord, resumeJob } from "../../src/jobs/index.ts";
import { MASTER_KEY } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { type JobCluster, startJobCluster } from "./job-cluster.ts";

/** Longer than the right of a driver lasts that died. */
export const TAKE_OVER_MS = 20_000;

const DOCUMENTS = Array.from({ length: 1000 }, (_, id) => ({ id: 10_000 + id, title: `Movie ${id}` }));

/** A cluster that other processes can drive, with an index of a thousand documents. */
export async function filledCluster(uid: string): Promise<JobCluster> {
  const cluster = await startJobCluster({ isShared: true });
  const client = cluster.connect();
  await client.createIndex(uid, { primaryKey: "id" }).waitTask();
  await client.index(uid).addDocuments(DOCUMENTS).waitTask();
  return cluster;
}

/** Arguments of a command line that adds the spare node. */
export function addition({ config, spares }: JobCluster): string[] {
  const name = ["--topology", String(config.topology), "--key", MASTER_KEY, "--write-timeout", "3"];
  return ["node", "add", `new=${spares[0]?.url}`, "--yes", ...name];
}

/** Goes on as soon as the right of a driver that says nothing has ended. */
export function takeOver({ config }: JobCluster): Promise<JobRecord> {
  return eventually(() => resumeJob(config), TAKE_OVER_MS);
}

interface NodeKey {
  readonly uid: string;
  readonly key: string;
  readonly name: string | null;
}

/** API keys of drivers on a node. */
export async function driverKeys(url: string | undefined): Promise<NodeKey[]> {
  const response = await fetch(`${url}/keys`, { headers: { authorization: `Bearer ${MASTER_KEY}` } });
  const { results } = (await response.json()) as { results: NodeKey[] };
  return results.filter(({ name }) => name?.startsWith("miroir job"));
}
