import { EngineError } from "../engine/contract.ts";
import { ApiError } from "../http/api-error.ts";

/** A refusal inside a multi-search: it names its place, and its status is always 400 or that of a wrong key. */
class NestedError extends ApiError {
  override get status(): number {
    return this.code === "invalid_api_key" ? 403 : 400;
  }
}

/** Runs a part of a multi-search; refusals say where in the body they arose. */
export function inside<T>(place: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof ApiError || cause instanceof EngineError) {
      throw new NestedError(cause.code, `Inside \`${place}\`: ${cause.message}`);
    }
    throw cause;
  }
}
