import { type ClusterShape, startCluster, type TestCluster } from "./cluster.ts";

/** Where scenarios run: nodes in this process, or real servers. */
export interface Environment {
  readonly name: string;
  /** Nodes at hand; scenarios that need more are skipped, loudly. */
  readonly capacity: number;
  /** A cluster without indexes. */
  open(shape?: ClusterShape): Promise<TestCluster>;
}

/** Nodes in this process. */
export const embedded: Environment = {
  name: "embedded nodes",
  capacity: Number.POSITIVE_INFINITY,
  open: startCluster,
};

/** Uids of all scenarios begin so, which lets the live suite tell its own indexes from other people's. */
export const SCENARIO_PREFIX = "scenario_";
