import { MiroirError } from "../core/errors.ts";

/** What became of a call that failed: `none` when it took no effect, `unknown` when it may have. */
export type StoreOutcome = "none" | "unknown";

/** A store that could not be asked, or did not answer in time. The call may be tried again. */
export class StoreUnavailable extends MiroirError {
  readonly outcome: StoreOutcome;

  constructor(message: string, { outcome, reason }: { readonly outcome: StoreOutcome; readonly reason?: unknown }) {
    super("miroir_store_unavailable", message, { status: 503, reason });
    this.outcome = outcome;
  }
}
