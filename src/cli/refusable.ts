import { MiroirError, type MiroirErrorCode } from "../core/errors.ts";
import { CommandFailed, EXIT } from "./exit-code.ts";

const REFUSALS: ReadonlySet<MiroirErrorCode> = new Set([
  "miroir_index_mismatch",
  "miroir_invalid_config",
  "miroir_job_conflict",
  "miroir_reserved_field",
  "miroir_topology_mismatch",
]);

/** What was refused has changed nothing; the exit code says so. */
export async function refusable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof MiroirError && REFUSALS.has(error.code)) throw new CommandFailed(EXIT.refused, error.message);
    throw error;
  }
}
