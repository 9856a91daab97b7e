/** How much hedging may cost. */
export interface HedgeBudgetOptions {
  /** Hedged requests for each ordinary one. @default 0.05 */
  readonly share?: number;
  /** Hedged requests that may be saved up. @default 10 */
  readonly burst?: number;
}

/** A token bucket that ordinary requests fill and hedged ones empty, so that hedging cannot double the load of a slow cluster. */
export class HedgeBudget {
  readonly #share: number;
  readonly #burst: number;
  #tokens: number;

  constructor({ share = 0.05, burst = 10 }: HedgeBudgetOptions = {}) {
    this.#share = share;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** An ordinary request was sent. */
  earn(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + this.#share);
  }

  /** Takes what so many hedged requests cost; false, and nothing taken, when that is not there. */
  take(requests: number): boolean {
    // Twenty shares of a twentieth are a whole one, whatever their sum in floating point.
    if (this.#tokens + 1e-9 < requests) return false;
    this.#tokens = Math.max(0, this.#tokens - requests);
    return true;
  }
}
