import { toClusterConfig } from "../../src/client/options.ts";
import { buildTopology, type Topology } from "../../src/cluster/topology.ts";
import { putIntoStore, TOPOLOGY, topologyInStore } from "../../src/execute/topology-in-store.ts";
import type { StaticClusterConfig } from "../../src/index.ts";
import { type Hasher, idHash, loadHasher } from "../../src/routing/shard.ts";
import { Network } from "./cluster/network.ts";
import { MASTER_KEY, SimulatedNode } from "./cluster/simulated-node.ts";
import { type ProcessOptions, SimulatedProcess } from "./cluster/simulated-process.ts";
import type { Wire } from "./cluster/wire.ts";
import { Chance } from "./kernel/chance.ts";
import { History } from "./kernel/history.ts";
import { Timeline } from "./kernel/timeline.ts";
import { StoreLink, simulatedStore } from "./store/simulated-store.ts";
import { StoreServer } from "./store/store-server.ts";
import { INDEX } from "./workload/corpus.ts";
import { SIDES, witnessOf } from "./workload/swapper.ts";

/** Budget of a write, in milliseconds; no request lands later than so long after it was sent. */
export const WRITE_TIMEOUT_MS = 1500;

/** How long reads go on without the store, in milliseconds. */
const MAX_VIEW_AGE_MS = 25_000;

/** How far clocks are off at first, in milliseconds. */
const CLOCK_SKEW_MS = 5000;

/** How long tasks take when all is well: a moment, or so long that an acknowledged write is not to be seen for a while. */
const USUAL_TASKS_MS = [
  [3, 30],
  [3, 30],
  [3, 30],
  [3, 30],
  [30, 200],
  [100, 600],
] as const;

/** Sizes of clusters: nodes, replicas in each group, groups. */
const SHAPES = [
  { nodes: 3, replicationFactor: 2, groups: 1 },
  { nodes: 2, replicationFactor: 2, groups: 1 },
  { nodes: 3, replicationFactor: 3, groups: 1 },
  { nodes: 4, replicationFactor: 2, groups: 1 },
  { nodes: 4, replicationFactor: 1, groups: 2 },
  { nodes: 3, replicationFactor: 1, groups: 1 },
  { nodes: 2, replicationFactor: 1, groups: 1 },
] as const;

/** Nodes, network and processes of one run, all of it following from the seed. */
export class World {
  readonly chance: Chance;
  readonly timeline = new Timeline();
  readonly history: History;
  readonly wire: Wire;
  /** Where the processes share what they know; undefined when it is on the nodes. */
  readonly store: StoreServer | undefined;
  readonly #config: StaticClusterConfig;
  readonly processes = new Set<SimulatedProcess>();
  /** A server that is not part of the cluster yet. */
  readonly spare: { readonly id: string; readonly url: string };
  readonly #onTopology = new Set<() => void>();
  #topology: Topology | undefined;
  /** Fewest nodes that held a document at once, so far. */
  fewestOwners: number;
  #hasher: Hasher | undefined;
  #started = 0;

  constructor(seed: number, options: { readonly keepsAll: boolean }) {
    this.chance = new Chance(`seed ${seed}`);
    this.history = new History(this.timeline, options);
    const shape = this.chance.stream("shape");
    const chosen = shape.pick(SHAPES);
    this.fewestOwners = chosen.replicationFactor * chosen.groups;
    this.#config = configOf(chosen);
    const { timeline, history } = this;
    const skewMs = shape.between(-CLOCK_SKEW_MS, CLOCK_SKEW_MS);
    this.store = shape.happens(0.6) ? new StoreServer(timeline, skewMs) : undefined;
    const { nodes } = toClusterConfig(this.#config);
    this.spare = nodeOf(nodes.length);
    const surroundings = { timeline, history, usualTaskMs: this.chance.stream("tasks").pick(USUAL_TASKS_MS) };
    const nodesById = new Map(
      [...nodes.map(({ id = "" }) => id), this.spare.id].map((id) => {
        return [id, new SimulatedNode(id, { ...surroundings, chance: this.chance.stream(`node ${id}`) })] as const;
      }),
    );
    const network = new Network(this.chance.stream("network"));
    const chance = this.chance.stream("wire");
    const recordsReadAtMs = new Map<string, number>();
    const [onLanding, onLate] = [() => undefined, () => undefined];
    const latestLandingMs = WRITE_TIMEOUT_MS;
    this.wire = { timeline, history, chance, network, nodesById, recordsReadAtMs, latestLandingMs, onLanding, onLate };
  }

  /** The cluster as each process is told of it: its nodes, or the store that names them. */
  #configFor(): ProcessOptions["config"] {
    const { store, wire } = this;
    if (store === undefined) return () => this.#config;
    const { nodes, replicationFactor, shards, ...settings } = this.#config;
    return (caller, clock) => {
      const topology = simulatedStore(new StoreLink(store, wire, caller), clock);
      return { ...settings, topology, maxViewAgeMs: MAX_VIEW_AGE_MS };
    };
  }

  /** Starts a process under a name that no other ever has. */
  start(owner: string): SimulatedProcess {
    const name = `${owner}.${this.#started++}`;
    const chance = this.chance.stream(`process ${name}`);
    const clockOffsetMs = chance.between(-CLOCK_SKEW_MS, CLOCK_SKEW_MS);
    const config = this.#configFor();
    const process = new SimulatedProcess({ name, wire: this.wire, chance, config, clockOffsetMs });
    this.processes.add(process);
    return process;
  }

  /** Founds the cluster and its index while all is well. */
  async found({ hasSides }: { readonly hasSides: boolean }): Promise<void> {
    this.#hasher = await loadHasher();
    await this.#fillStore(this.#hasher);
    const process = this.start("founder");
    let isReady = false;
    const founding = this.#found(process, hasSides).then((topology) => {
      this.#topology = topology;
      isReady = true;
    });
    const isDone = await this.timeline.runUntil(() => isReady, 60_000);
    if (!isDone) throw new Error("the cluster was not founded within a minute");
    await founding;
    process.kill();
    this.processes.delete(process);
    this.history.note("founded");
  }

  async #fillStore(hasher: Hasher): Promise<void> {
    const { store } = this;
    if (store === undefined) return;
    const topology = buildTopology({ ...toClusterConfig(this.#config), clusterId: "simulated" }, hasher);
    await putIntoStore(store.local, topology, []);
    store.listen((keys) => {
      if (keys?.includes(TOPOLOGY) === true) void this.#readTopology(store);
    });
  }

  async #readTopology({ local }: StoreServer): Promise<void> {
    const topology = await topologyInStore(local);
    this.#topology = topology;
    const { change, epoch, shards, groups } = topology;
    this.fewestOwners = Math.min(this.fewestOwners, topology.replicationFactor * groups.length);
    const owners = groups.map(({ table }) => table.map((row) => row.join("+")).join(" ")).join(" | ");
    this.history.noteStep(change?.phase ?? "settled", `epoch ${epoch}, ${shards} shards on ${owners}`);
    for (const tell of this.#onTopology) tell();
  }

  /** Has something called whenever a new topology is in force. */
  onTopology(tell: () => void): void {
    this.#onTopology.add(tell);
  }

  async #found({ client, clock, session }: SimulatedProcess, hasSides: boolean) {
    const untilDone = async ({ taskUid }: { readonly taskUid: number }) => {
      for (;;) {
        const { status, error } = await client.tasks.getTask(taskUid);
        if (status === "succeeded") return;
        if (status === "failed") throw new Error(`the index was not made: ${error?.message}`);
        await clock.sleep(100);
      }
    };
    await untilDone(await client.createIndex(INDEX, { primaryKey: "id" }));
    await untilDone(await client.index(INDEX).updateFilterableAttributes(["bucket"]));
    await client.updateExperimentalFeatures({ editDocumentsByFunction: true });
    for (const side of hasSides ? SIDES : []) {
      await untilDone(await client.createIndex(side, { primaryKey: "id" }));
      await untilDone(await client.index(side).addDocuments([{ id: witnessOf(side) }]));
    }
    return (await session.cluster()).topology;
  }

  /** Has all clocks say that it is later, as if nothing had happened meanwhile. */
  forward(ms: number): void {
    for (const { clock } of this.processes) clock.offsetMs += ms;
    this.history.note(`${ms / 1000} s go by`);
  }

  /** The topology in force. */
  get topology(): Topology {
    if (this.#topology === undefined) throw new Error("the cluster is not founded yet");
    return this.#topology;
  }

  /** The nodes that hold a document. */
  ownersOf(id: string): readonly string[] {
    const { groups } = this.topology;
    const shard = this.shardOf(id);
    return groups.flatMap(({ table }) => table[shard] ?? []);
  }

  /** The shard that a document is in now. */
  shardOf(id: string): number {
    if (this.#hasher === undefined) throw new Error("the cluster is not founded yet");
    return idHash(this.#hasher, id) & (this.topology.shards - 1);
  }

  /** Nodes that lost data. */
  get losers(): readonly string[] {
    return [...this.wire.nodesById.values()].filter((node) => node.lostDataAtMs !== undefined).map(({ id }) => id);
  }
}

function configOf({ nodes, replicationFactor, groups }: (typeof SHAPES)[number]): StaticClusterConfig {
  return {
    nodes: Array.from({ length: nodes }, (_, at) => ({ ...nodeOf(at), group: `g${at % groups}` })),
    ...{ replicationFactor, shards: 16, apiKey: MASTER_KEY },
    ...{ readTimeoutMs: 1500, writeTimeoutMs: WRITE_TIMEOUT_MS, attemptTimeoutMs: 400 },
  };
}

function nodeOf(at: number): { readonly id: string; readonly url: string } {
  return { id: `n${at}`, url: `http://n${at}.test:7700` };
}
