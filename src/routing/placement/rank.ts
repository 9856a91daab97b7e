import type { Hasher } from "../shard.ts";
import type { WeightedNode } from "./capacity.ts";

/** 2⁵³: a hash's upper 53 bits over this are a fraction between 0 and 1. */
const FRACTION = 2 ** 53;

/**
 * Scores of weighted rendezvous hashing, `scores[shard][node]`: the higher, the more the node is meant for the shard.
 * The text hashed is `<shard>:<node id>`, the score `-weight / ln(u)` (Schindelhauer and Schomaker 2005; Mosko and Wood,
 * "Weighted distributed hashing"), which keeps shares proportional to weights.
 */
export function rankNodes(nodes: readonly WeightedNode[], shards: number, hasher: Hasher): Float64Array[] {
  return Array.from({ length: shards }, (_, shard) =>
    Float64Array.from(nodes, (node) => {
      const fraction = (Number(hasher.hash(`${shard}:${node.id}`) >> 11n) + 0.5) / FRACTION;
      return -node.weight / Math.log(fraction);
    }),
  );
}
