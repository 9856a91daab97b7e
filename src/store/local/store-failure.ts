import { MiroirError } from "../../core/errors.ts";
import { type StoreOutcome, StoreUnavailable } from "../store-unavailable.ts";

/** Errors of the file system that no retry mends: the path or the rights of its folder are wrong. */
const WRONG_PATH: ReadonlySet<string> = new Set([
  "EACCES",
  "EISDIR",
  "ENOENT",
  "ENOTDIR",
  "EPERM",
  "ERR_INVALID_FILE_URL_HOST",
  "ERR_INVALID_FILE_URL_PATH",
  "EROFS",
]);

/** What a failure at a file means to the caller of the store in it; an error of miroir stays what it is. */
export function storeFailure(
  error: unknown,
  { path, outcome }: { readonly path: string; readonly outcome: StoreOutcome },
): MiroirError {
  if (error instanceof MiroirError) return error;
  const why = error instanceof Error ? error.message : String(error);
  if (WRONG_PATH.has((error as NodeJS.ErrnoException).code ?? "") && outcome === "none") {
    return new MiroirError("miroir_invalid_config", `The store file:${path} cannot be used: ${why}.`, {
      reason: error,
    });
  }
  return new StoreUnavailable(`The store file:${path} failed: ${why}.`, { outcome, reason: error });
}
