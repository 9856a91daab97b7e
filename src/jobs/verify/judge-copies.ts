/** A copy of a document: its stamp, and a hash of its content, stamp included. */
export interface Copy {
  readonly stamp: string;
  readonly hash: string;
}

/** The copies of one document by node; nodes without it are not in it. */
export type Copies = ReadonlyMap<string, Copy>;

/**
 * How a copy differs.
 * - `missing`: the node lacks a document that as many others have
 * - `extra`: the node has a document that most others lack
 * - `stale`: its stamp is lower than another's
 * - `different`: same stamp, another content
 */
export type DifferenceKind = "missing" | "extra" | "stale" | "different";

/** A copy that is not as it should be. */
export interface Difference {
  readonly node: string;
  readonly kind: DifferenceKind;
}

/** What the owners of a document disagree about. */
export interface Disagreement {
  readonly differences: readonly Difference[];
  /** Stamp of the copy that decides. */
  readonly stamp: string;
  /** The nodes that need that copy. */
  readonly debtors: readonly string[];
}

/**
 * Compares the copies of one document, as repair will decide: the highest stamp wins, then the content that most have, then
 * the first owner's; present wins over absent. `undefined` when all owners have the same.
 */
export function judgeCopies(owners: readonly string[], copies: Copies): Disagreement | undefined {
  const held = owners.flatMap((node) => {
    const copy = copies.get(node);
    return copy === undefined ? [] : [{ node, copy }];
  });
  const [first] = held;
  if (first === undefined) return undefined;
  const winner = electCopy(held.map(({ copy }) => copy)) ?? first.copy;
  const debtors = owners.filter((node) => copies.get(node)?.hash !== winner.hash);
  if (debtors.length === 0) return undefined;
  const isExtra = held.length < owners.length - held.length;
  const differences = owners.flatMap((node): Difference[] => {
    const kind = kindOf(copies.get(node), { winner, isExtra });
    return kind === undefined ? [] : [{ node, kind }];
  });
  return { differences, stamp: winner.stamp, debtors };
}

function electCopy(copies: readonly Copy[]): Copy | undefined {
  const votes = (hash: string) => copies.filter((copy) => copy.hash === hash).length;
  const isBetter = (a: Copy, b: Copy) => (a.stamp === b.stamp ? votes(a.hash) > votes(b.hash) : a.stamp > b.stamp);
  return copies.reduce<Copy | undefined>(
    (best, copy) => (best === undefined || isBetter(copy, best) ? copy : best),
    undefined,
  );
}

function kindOf(
  copy: Copy | undefined,
  { winner, isExtra }: { readonly winner: Copy; readonly isExtra: boolean },
): DifferenceKind | undefined {
  if (copy === undefined) return isExtra ? undefined : "missing";
  if (isExtra) return "extra";
  if (copy.stamp < winner.stamp) return "stale";
  return copy.hash === winner.hash ? undefined : "different";
}

/** Whether nothing happened to a document between two looks. */
export function isUnchanged(before: Copies, after: Copies): boolean {
  return before.size === after.size && [...before].every(([node, { hash }]) => after.get(node)?.hash === hash);
}
