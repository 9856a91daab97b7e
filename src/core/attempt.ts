/** One node request that did not succeed, kept on the error that it led to; never holds credentials. */
export interface Attempt {
  readonly node: string;
  readonly url: string;
  /** What went wrong, one sentence. */
  readonly reason: string;
  /** HTTP status, when the node answered. */
  readonly status?: number;
}
