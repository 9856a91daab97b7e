import { MeilisearchApiError } from "meilisearch";
import type { Attempt } from "./attempt.ts";
import type { ErrorBody } from "./types.ts";

/** Every code that miroir itself answers with; codes of the nodes pass through untouched. */
export type MiroirErrorCode =
  | "miroir_bad_answer"
  | "miroir_closed"
  | "miroir_index_mismatch"
  | "miroir_invalid_config"
  | "miroir_invalid_session"
  | "miroir_job_conflict"
  | "miroir_job_fenced"
  | "miroir_merge"
  | "miroir_no_quorum"
  | "miroir_not_supported"
  | "miroir_overloaded"
  | "miroir_reserved_field"
  | "miroir_session_timeout"
  | "miroir_settings_version_stale"
  | "miroir_shard_unavailable"
  | "miroir_shards_held"
  | "miroir_store_rolled_back"
  | "miroir_store_unavailable"
  | "miroir_tenant_unknown"
  | "miroir_topology_mismatch"
  | "miroir_view_stale";

/** What an error may carry beside its code and sentence. */
export interface MiroirErrorOptions {
  /** HTTP status the gateway would answer with, 400 unless told. */
  readonly status?: number;
  readonly attempts?: readonly Attempt[];
  readonly reason?: unknown;
}

/**
 * An error of miroir itself: an official `MeilisearchApiError` whose `cause` is the usual four-key body, so that code
 * written for one server (`error.cause.code`) keeps working.
 */
export class MiroirError extends MeilisearchApiError {
  override readonly name: string = "MiroirError";
  readonly code: MiroirErrorCode;
  readonly attempts: readonly Attempt[];
  /** What led to this error, when that was another error. */
  readonly reason: unknown;

  constructor(code: MiroirErrorCode, message: string, options: MiroirErrorOptions = {}) {
    const status = options.status ?? 400;
    super(new Response(null, { status }), errorBody(code, message, status));
    this.code = code;
    this.attempts = options.attempts ?? [];
    this.reason = options.reason;
  }
}

/** No node of the cluster answers at the first meeting: what a server that is away is to the official client. */
export class ClusterUnreachable extends MiroirError {}

/** The four-key error body of Meilisearch for one of miroir's own codes. */
export function errorBody(code: MiroirErrorCode, message: string, status: number): ErrorBody {
  return {
    message,
    code,
    type: status >= 500 ? "system" : "invalid_request",
    link: `docs/errors.md#${code}`,
  };
}
