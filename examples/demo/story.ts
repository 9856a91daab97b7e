import { type Index, Meilisearch } from "../../src/index.ts";
import { startTestCluster, type TestCluster, type TestNode } from "../../src/testing/index.ts";
import { applyChanges, type ChangeRow, changesTo, isAcceptedWithDebt, PATIENCE } from "./changes.ts";
import { inBatches, loadMovies, type Movie, SETTINGS } from "./data.ts";
import type { Progress } from "./progress.ts";
import { type Pair, runStage, type Stage } from "./stage.ts";

/** Everything the demo found out. */
export interface DemoReport {
  readonly source: string;
  readonly reference: string;
  readonly nodes: readonly { readonly id: string; readonly url: string }[];
  readonly replicationFactor: number;
  readonly documents: number;
  readonly killed: { readonly id: string; readonly pid: number | undefined; readonly isGone: boolean };
  readonly stages: readonly Stage[];
  readonly changes: readonly ChangeRow[];
  readonly indebtedShards: readonly number[];
  readonly seconds: number;
  readonly held: boolean;
}

const REPLICATION_FACTOR = 2;
const BATCH = 400;

/** Starts the servers, tells the story, and leaves nothing behind. */
export async function tellStory(progress: Progress): Promise<DemoReport> {
  await using nodes = await startTestCluster({ nodes: 3, replicationFactor: REPLICATION_FACTOR, processes: true });
  await using single = await startTestCluster({ nodes: 1, processes: true });
  await using client = new Meilisearch(nodes.config);
  const singleClient = new Meilisearch(hostOf(single));
  progress.say(`cluster: ${nodes.source}`);
  progress.say(`reference: ${single.source}`);
  const movies = await loadMovies();
  const [cluster, reference] = await Promise.all([fill(client, movies, progress), fill(singleClient, movies)]);
  return await compareThroughAnOutage({ nodes, single, pair: { cluster, reference }, movies, progress });
}

interface Scene {
  readonly nodes: TestCluster;
  readonly single: TestCluster;
  readonly pair: Pair;
  readonly movies: readonly Movie[];
  readonly progress: Progress;
}

async function compareThroughAnOutage({ nodes, single, pair, movies, progress }: Scene): Promise<DemoReport> {
  progress.say("searching with every node up");
  const allUp = await runStage("all nodes up", pair);
  const killed = await killOne(nodes);
  progress.say(`${killed.id} killed (SIGKILL, pid ${killed.pid}); searching again`);
  const oneDown = await runStage("one node killed", pair);
  progress.say("writing without it");
  const changes = await applyChanges(changesTo(movies), pair);
  progress.say("searching again");
  const afterWrites = await runStage("after writes without it", pair);
  const stages = [allUp, oneDown, afterWrites];
  return {
    source: nodes.source,
    reference: single.source,
    nodes: nodes.nodes.map(({ id, url }) => ({ id, url })),
    replicationFactor: REPLICATION_FACTOR,
    documents: movies.length,
    killed,
    stages,
    changes,
    indebtedShards: [...new Set(changes.flatMap((change) => change.degradedShards))].sort((a, b) => a - b),
    seconds: Math.round(performance.now() / 100) / 10,
    held:
      killed.isGone &&
      allUp.documents.cluster === movies.length &&
      stages.every((stage) => stage.held) &&
      changes.every((change) => isAcceptedWithDebt(change, killed.id)),
  };
}

/** Creates and fills the index: every batch is sent before the first is waited for, so that servers may join them. */
async function fill(client: Meilisearch, movies: readonly Movie[], progress?: Progress): Promise<Index<Movie>> {
  await client.createIndex("movies", { primaryKey: "id" }).waitTask(PATIENCE);
  const index = client.index<Movie>("movies");
  await index.updateSettings(SETTINGS).waitTask(PATIENCE);
  const batches = [...inBatches(movies, BATCH)];
  const sent = [];
  for (const batch of batches) sent.push({ size: batch.length, task: await index.addDocuments(batch) });
  let done = 0;
  for (const { size, task } of sent) {
    const { status, error } = await client.tasks.waitForTask(task, PATIENCE);
    if (status !== "succeeded") throw new Error(`A batch was not indexed: ${error?.message}`);
    done += size;
    progress?.show("documents", done, movies.length);
  }
  return index;
}

async function killOne({ nodes }: TestCluster): Promise<DemoReport["killed"]> {
  const victim = nodes[1] as TestNode;
  const { id, pid } = victim;
  await victim.kill();
  return { id, pid, isGone: pid !== undefined && !isRunning(pid) };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process: that is the answer.
    return false;
  }
}

function hostOf({ nodes, masterKey }: TestCluster): { host: string; apiKey?: string } {
  return { host: nodes[0]?.url ?? "", ...(masterKey !== undefined && { apiKey: masterKey }) };
}
