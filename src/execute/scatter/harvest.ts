import type { NodeInfo } from "../../core/types.ts";
import type { NodeResponse } from "../../transport/transport.ts";

/** One node's answer for the shards it was asked. */
export interface ScatterPart {
  readonly node: NodeInfo;
  readonly shards: readonly number[];
  readonly response: NodeResponse;
  /** From sending the request to having the answer, in milliseconds. */
  readonly tookMs: number;
}

/** What came back for some shards. */
export interface Harvest {
  readonly answers: readonly ScatterPart[];
  /** Shards that nobody answered for. */
  readonly missing: readonly number[];
  /** Shards answered by a replica that is known to have missed writes. */
  readonly indebted: readonly number[];
}

/** What came back for several sets of shards, as one. */
export function gather(harvests: readonly Harvest[]): Harvest {
  return {
    answers: harvests.flatMap(({ answers }) => answers),
    missing: harvests.flatMap(({ missing }) => missing),
    indebted: harvests.flatMap(({ indebted }) => indebted),
  };
}

/** Nobody answered for these shards. */
export function nothingFor(shards: readonly number[]): Harvest {
  return { answers: [], missing: shards, indebted: [] };
}
