import type { ShardMove } from "./shard-move.ts";

/**
 * The node that each shard is copied from: of its owners that are fit the one that was given the fewest shards so far, the
 * first of equals. Shards with no fit owner are left out.
 */
export function chooseSources(
  moves: readonly ShardMove[],
  isFit: (node: string, shard: number) => boolean,
): ReadonlyMap<number, string> {
  const load = new Map<string, number>();
  const loadOf = (node: string) => load.get(node) ?? 0;
  const sources = new Map<number, string>();
  // Those with the least choice choose first.
  const fits = moves.map(({ shard, from }) => ({ shard, fit: from.filter((node) => isFit(node, shard)) }));
  for (const { shard, fit } of fits.sort((a, b) => a.fit.length - b.fit.length)) {
    const [first, ...others] = fit;
    if (first === undefined) continue;
    const source = others.reduce((best, node) => (loadOf(node) < loadOf(best) ? node : best), first);
    load.set(source, loadOf(source) + 1);
    sources.set(shard, source);
  }
  return sources;
}
