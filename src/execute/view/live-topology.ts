import type { Topology } from "../../cluster/topology.ts";
import type { NodeInfo } from "../../core/types.ts";

/** The topology in force with its nodes by id, as a call takes it: it does not change under its feet. */
export interface TopologySnapshot {
  readonly topology: Topology;
  readonly nodesById: ReadonlyMap<string, NodeInfo>;
}

/** The topology in force, for what outlives a single call. */
export class LiveTopology implements TopologySnapshot {
  #snapshot: TopologySnapshot;
  readonly #listeners = new Set<(topology: Topology) => void>();

  constructor(topology: Topology) {
    this.#snapshot = snapshotOf(topology);
  }

  get topology(): Topology {
    return this.#snapshot.topology;
  }

  get nodesById(): ReadonlyMap<string, NodeInfo> {
    return this.#snapshot.nodesById;
  }

  get snapshot(): TopologySnapshot {
    return this.#snapshot;
  }

  set(topology: Topology): void {
    this.#snapshot = snapshotOf(topology);
    for (const listener of this.#listeners) listener(topology);
  }

  /** Calls back after every change; answers how to stop. */
  onChange(listener: (topology: Topology) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function snapshotOf(topology: Topology): TopologySnapshot {
  return { topology, nodesById: new Map(topology.nodes.map((node) => [node.id, node])) };
}
