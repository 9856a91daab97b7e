import { startTestCluster, type TestCluster } from "../../src/testing/index.ts";
import type { BuiltWorker } from "../worker/build.ts";
import type { Contender } from "../worker/protocol.ts";
import { Worker } from "../worker/worker.ts";
import type { BenchSize } from "./scenario.ts";

/** Somebody who takes part: a client in a process of its own, over servers that are up. */
export interface Contestant {
  readonly name: string;
  readonly worker: Worker;
}

/** Everybody who takes part. */
export interface Contestants extends AsyncDisposable {
  /** Which servers these are. */
  readonly source: string;
  /** The official client on one node comes first: the others are compared with it. */
  readonly all: readonly Contestant[];
}

/** Index that is searched through miroir; the official client's lies beside it on the same single node. */
const MIROIR_INDEX = "bench";
const OFFICIAL_INDEX = "bench_official";

/** Name of whom the others are compared with. */
const OFFICIAL = "official client, one node";

/** A cluster that miroir runs on. */
interface Shape {
  readonly nodes: number;
  readonly replicationFactor: number;
  readonly name: string;
}

const SHAPES: readonly Shape[] = [
  { nodes: 1, replicationFactor: 1, name: "miroir, one node" },
  { nodes: 3, replicationFactor: 1, name: "miroir, three nodes" },
  { nodes: 4, replicationFactor: 1, name: "miroir, four nodes" },
];

/** Left out of a quick run: three more servers to start. */
const REPLICATED: Shape = { nodes: 3, replicationFactor: 2, name: "miroir, three nodes, RF 2" };

/** Starts the servers and the clients, and fills the indexes. */
export async function startContestants(
  built: BuiltWorker,
  { corpus, isReplicated }: Pick<BenchSize, "corpus" | "isReplicated">,
): Promise<Contestants> {
  const shapes = isReplicated ? [...SHAPES, REPLICATED] : SHAPES;
  const opened: AsyncDisposable[] = [];
  const use = <T extends AsyncDisposable>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  try {
    const clusters: { cluster: TestCluster; name: string }[] = [];
    for (const shape of shapes) {
      const cluster = use(await startTestCluster({ ...shape, processes: true }));
      clusters.push({ cluster, name: shape.name });
    }
    const contenders = contendersOn(clusters);
    const all = contenders.map(({ name }) => ({ name, worker: use(new Worker(built.entry)) }));
    for (const [position, contender] of contenders.entries()) await all[position]?.worker.ask("open", contender);
    // The second contestant of the official client searches what the first one wrote.
    for (const [position, { index, name }] of contenders.entries()) {
      if (position === 1) continue;
      await all[position]?.worker.ask("load", { index, documents: corpus, batch: 5000 });
      process.stderr.write(`filled: ${name}\n`);
    }
    const source = clusters[0]?.cluster.source ?? "";
    return {
      source: source.replace(/, 1 [a-z ]*process$/, ", each node a process"),
      all,
      [Symbol.asyncDispose]: () => closeAll(opened),
    };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

/** Clients before the servers that they talk to. */
async function closeAll(opened: AsyncDisposable[]): Promise<void> {
  for (const resource of opened.reverse()) await resource[Symbol.asyncDispose]();
}

function contendersOn(clusters: readonly { readonly cluster: TestCluster; readonly name: string }[]): Contender[] {
  const single = clusters[0]?.cluster;
  const official = { client: "official", index: OFFICIAL_INDEX } as const;
  const plain = { host: single?.nodes[0]?.url ?? "", apiKey: single?.masterKey };
  return [
    { ...official, name: OFFICIAL, config: plain },
    {
      ...official,
      name: `${OFFICIAL}, compression off`,
      config: { ...plain, requestInit: { headers: { "accept-encoding": "identity" } } },
    },
    ...clusters.map(({ cluster, name }) => {
      return { client: "miroir", index: MIROIR_INDEX, name, config: cluster.config } as const;
    }),
  ];
}
