import type { Environment } from "../../client/environment.ts";
import type { StaticClusterConfig, TopologyClusterConfig } from "../../client/options.ts";
import { MiroirError } from "../../core/errors.ts";
import { startJob } from "../run/jobs.ts";
import type { IndexReport } from "./index-report.ts";

/** How documents are swept away. */
interface SweepOptions {
  readonly signal?: AbortSignal;
  readonly environment?: Environment;
}

/** What became of documents that lay where they do not belong. */
export interface Sweep {
  /** Documents that were found and are gone. */
  readonly swept: number;
  /** Why those that were found are still there. */
  readonly unswept?: string;
}

/**
 * Has nodes delete what they hold of shards that are not theirs, such as what a process sent that was stopped before its
 * request left it, and woke up after the shard had moved. A job does it: while one is under way, nobody becomes an owner of
 * what is deleted.
 */
export async function sweepStrays(
  config: StaticClusterConfig | TopologyClusterConfig,
  indexes: readonly IndexReport[],
  { signal, environment }: SweepOptions,
): Promise<Sweep> {
  const found = indexes.flatMap(({ strays }) => strays).reduce((sum, { documents }) => sum + documents, 0);
  if (found === 0) return { swept: 0 };
  try {
    const options = { ...(signal && { signal }), ...(environment && { environment }) };
    const { state, error } = await startJob(config, { kind: "sweep" }, options);
    return state === "done" ? { swept: found } : { swept: 0, unswept: error ?? `The job that does it is ${state}.` };
  } catch (error) {
    if (error instanceof MiroirError && REFUSALS.has(error.code)) return { swept: 0, unswept: error.message };
    throw error;
  }
}

/** There is no store, another job is under way, or nodes could not be told from whom to take deletions. */
const REFUSALS: ReadonlySet<string> = new Set(["miroir_invalid_config", "miroir_job_conflict", "miroir_job_fenced"]);
