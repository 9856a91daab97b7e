import { MeilisearchApiError } from "meilisearch";

/** Why something was given up: its time was over, or somebody did not want it any more. */
export function whyGivenUp({ reason }: AbortSignal): "timeout" | "aborted" {
  const { name } = (reason ?? {}) as { name?: unknown };
  return name === "DeadlineExceeded" || name === "TimeoutError" ? "timeout" : "aborted";
}

/** HTTP status and code of an error that a call ended with. */
export function nameFailure(error: unknown, signal: AbortSignal | undefined): { status?: number; error: string } {
  if (signal?.aborted === true) return { error: whyGivenUp(signal) };
  if (!(error instanceof MeilisearchApiError)) return { error: error instanceof Error ? error.name : typeof error };
  const { status } = error.response;
  return { status, error: error.cause?.code ?? `status_${status}` };
}

/** Code of an answer that is an error's body. */
export function codeOf(body: unknown, status: number): string {
  const { code } = (body ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : `status_${status}`;
}
