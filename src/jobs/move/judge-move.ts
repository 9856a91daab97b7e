import type { Copies, Copy } from "../verify/judge-copies.ts";

/**
 * How a copy on a node that gets a shard differs from what all owners have.
 * - `missing`: it lacks the document
 * - `extra`: the owners lack the document
 * - `stale`: it has another stamp
 * - `content`: the same stamp, another content
 */
export type MoveDifferenceKind = "missing" | "extra" | "stale" | "content";

/** What is wrong with the copies of one document: the owners disagree, or some of the nodes that get it differ from them. */
export type MoveVerdict =
  | { readonly kind: "owners-differ" }
  | { readonly kind: "targets-differ"; readonly targets: ReadonlyMap<string, MoveDifferenceKind> };

/** Compares the copies of one document; `undefined` when all have the same. */
export function judgeMove(
  { from, to }: { readonly from: readonly string[]; readonly to: readonly string[] },
  copies: Copies,
): MoveVerdict | undefined {
  const truth = copies.get(from[0] ?? "");
  if (!from.every((owner) => isSame(truth, copies.get(owner)))) return { kind: "owners-differ" };
  const differing = to.filter((target) => !isSame(truth, copies.get(target)));
  if (differing.length === 0) return undefined;
  const targets = new Map(differing.map((target) => [target, kindOf(truth, copies.get(target))]));
  return { kind: "targets-differ", targets };
}

function isSame(a: Copy | undefined, b: Copy | undefined): boolean {
  return a?.stamp === b?.stamp && a?.hash === b?.hash;
}

function kindOf(truth: Copy | undefined, copy: Copy | undefined): MoveDifferenceKind {
  if (truth === undefined) return "extra";
  if (copy === undefined) return "missing";
  return copy.stamp === truth.stamp ? "content" : "stale";
}
