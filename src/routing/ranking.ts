/** Which of several replicas is asked rather: groups and nodes, best first. */
export interface Ranking {
  /** Names of the replica groups; the first that is whole is taken. */
  readonly groups: readonly string[];
  /** Ids of the nodes by tier: those of a later tier are asked only for what nobody before them could answer. */
  readonly tiers: readonly (readonly string[])[];
}

/** Who may be chosen from. */
export interface RankedCluster {
  readonly groups: readonly { readonly name: string }[];
  readonly nodes: readonly { readonly id: string }[];
}

/** The same order for the same text (rendezvous hashing), whatever else goes on: what keeps pages on their replicas. */
export function rankByText(text: string, { groups, nodes }: RankedCluster): Ranking {
  return {
    groups: rendezvousOrder(
      text,
      groups.map(({ name }) => name),
    ),
    tiers: [
      rendezvousOrder(
        text,
        nodes.map(({ id }) => id),
      ),
    ],
  };
}

/** Rendezvous order of names for a text: with one name more, no two others change places. */
export function rendezvousOrder(text: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, weight: hash(`${text}\n${name}`) }))
    .sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

/** FNV-1a, 32 bits, mixed at the end so that the last letters count: spreads, and nothing else depends on it. */
function hash(text: string): number {
  let mixed = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
