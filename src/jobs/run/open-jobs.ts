import { clusterSource } from "../../client/cluster-source.ts";
import { type Environment, systemEnvironment } from "../../client/environment.ts";
import type { StaticClusterConfig, TopologyClusterConfig } from "../../client/options.ts";
import { ClusterSession } from "../../client/session.ts";
import { MiroirError } from "../../core/errors.ts";
import { loadHasher } from "../../routing/shard.ts";
import type { JobContext } from "./job-context.ts";

/** The configuration of a cluster whose state a store holds; any other is refused with the way there. */
export type JobsConfig = StaticClusterConfig | TopologyClusterConfig;

/** How long a job trusts what it knows of the topology while the store does not answer, in milliseconds. */
const VIEW_AGE_MS = 10_000;

/**
 * Works on the jobs of a cluster.
 * @throws MiroirError `miroir_invalid_config` when the cluster's state is not in a store
 */
export async function withJobs<T>(
  config: JobsConfig,
  work: (context: JobContext) => Promise<T>,
  environment: Environment = systemEnvironment,
): Promise<T> {
  const { clock, random } = environment;
  const source = await clusterSource(config, { hasher: await loadHasher(), clock });
  const { store } = source;
  try {
    if (store === undefined) throw withoutStore();
    // What nodes owe has to be paid before anything can be copied from them. And a job shows nobody what it once knew: when
    // its process dies, nobody has to wait for its view to grow old.
    const session = new ClusterSession({ ...config, repair: true, maxViewAgeMs: VIEW_AGE_MS }, environment);
    try {
      return await work({ session, store, clock, random });
    } finally {
      await session.close();
    }
  } finally {
    await source.close();
  }
}

function withoutStore(): MiroirError {
  return new MiroirError(
    "miroir_invalid_config",
    "The cluster keeps its state on its nodes, where no job can change who owns what: processes could not be told. Move the " +
      "state into a store with `miroir init --from-nodes --store ADDRESS`, and name the store as `topology`.",
  );
}
