import type { Ranking } from "./ranking.ts";

/** What a replica is good for: answering, answering with a known gap, or nothing. */
export type Usability = "good" | "indebted" | "no";

/** What a cover is chosen from. */
export interface CoverInput {
  /** Shards to ask. */
  readonly shards: readonly number[];
  /** Every replica group with its table: shard → node ids. */
  readonly groups: readonly ReplicaTable[];
  usable(node: string, shard: number): Usability;
  /** Nodes that must not be asked, such as those that just failed. */
  readonly exclude?: ReadonlySet<string>;
  /** Which groups and nodes to ask rather; those it does not name are not asked. */
  readonly ranking: Ranking;
}

/** Who is asked for which shards. */
export interface Cover {
  readonly assignments: ReadonlyMap<string, readonly number[]>;
  /** Shards that no usable replica holds. */
  readonly uncovered: readonly number[];
  /** Shards for which only a replica with debt was found. */
  readonly indebted: readonly number[];
}

/** A replica group as covers see it. */
interface ReplicaTable {
  readonly name: string;
  readonly table: readonly (readonly string[])[];
}

/**
 * Chooses one replica for every shard, on few nodes: a group that is whole and free of debt, then what is missing from
 * the other groups; nodes of a later tier only where no earlier one is left, and replicas with debt only where nothing
 * else is. Of the nodes that are more than are needed, the worst ranked are left out; the shards are shared out evenly
 * among the others.
 */
export function coverShards(input: CoverInput): Cover {
  const assignments = new Map<string, number[]>();
  const owed = coverWith("good", input.shards, { input, assignments });
  const uncovered = coverWith("indebted", owed, { input, assignments });
  const indebted = uncovered.length === owed.length ? [] : owed.filter((shard) => !uncovered.includes(shard));
  for (const shards of assignments.values()) shards.sort((a, b) => a - b);
  return { assignments, uncovered, indebted };
}

/** Whether every shard has a replica, with debt or without, that may be asked; a cover would leave nothing uncovered. */
export function isCoverable({ shards, groups, exclude, usable }: Omit<CoverInput, "ranking">): boolean {
  const isAskable = (node: string, shard: number) => exclude?.has(node) !== true && usable(node, shard) !== "no";
  return shards.every((shard) => groups.some(({ table }) => table[shard]?.some((node) => isAskable(node, shard))));
}

interface Pass {
  readonly input: CoverInput;
  readonly assignments: Map<string, number[]>;
}

/** What one group can cover: the nodes, best first, and for each shard those that hold it, as positions in `nodes`. */
interface Holdings {
  readonly nodes: readonly string[];
  readonly shards: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

/** Covers what replicas of one quality can, tier by tier; answers what is still missing. */
function coverWith(quality: Usability, shards: readonly number[], pass: Pass): readonly number[] {
  let missing = shards;
  for (const tier of pass.input.ranking.tiers) {
    if (missing.length === 0) break;
    missing = coverFrom(tier, missing, { ...pass, quality });
  }
  return missing;
}

/** Covers what the nodes of a tier can, the most complete group first; answers what is still missing. */
function coverFrom(
  tier: readonly string[],
  shards: readonly number[],
  { input, assignments, quality }: Pass & { readonly quality: Usability },
): readonly number[] {
  const places = new Map(tier.map((node, place) => [node, place]));
  const isGood = (node: string, shard: number) =>
    input.exclude?.has(node) !== true && input.usable(node, shard) === quality;
  let missing = shards;
  const left = inOrder(input);
  while (left.length > 0 && missing.length > 0) {
    const { index, holdings } = mostComplete(left, missing, (table) =>
      holdingsOf(table, missing, { tier, places, isGood }),
    );
    left.splice(index, 1);
    assign(holdings, leanest(holdings), assignments);
    const covered = new Set(holdings.shards);
    missing = covered.size === missing.length ? [] : missing.filter((shard) => !covered.has(shard));
  }
  return missing;
}

/** The groups that the ranking names, in its order. */
function inOrder({ groups, ranking }: CoverInput): ReplicaTable[] {
  return ranking.groups.flatMap((name) => groups.find((group) => group.name === name) ?? []);
}

/** The first group that holds all shards, or the one that holds most. */
function mostComplete(
  groups: readonly ReplicaTable[],
  { length: wanted }: readonly number[],
  look: (table: ReplicaTable["table"]) => Holdings,
) {
  let best: { index: number; holdings: Holdings } | undefined;
  for (const [index, { table }] of groups.entries()) {
    const holdings = look(table);
    if (best === undefined || holdings.shards.length > best.holdings.shards.length) best = { index, holdings };
    if (holdings.shards.length === wanted) break;
  }
  return best ?? { index: 0, holdings: { nodes: [], shards: [], rows: [] } };
}

interface Tier {
  readonly tier: readonly string[];
  /** Position of each node in the tier. */
  readonly places: ReadonlyMap<string, number>;
  isGood(node: string, shard: number): boolean;
}

function holdingsOf(table: ReplicaTable["table"], asked: readonly number[], { tier, places, isGood }: Tier): Holdings {
  const shards: number[] = [];
  const rows: number[][] = [];
  for (const shard of asked) {
    const row: number[] = [];
    for (const node of table[shard] ?? []) {
      const place = places.get(node);
      if (place !== undefined && isGood(node, shard)) row.push(place);
    }
    if (row.length === 0) continue;
    shards.push(shard);
    rows.push(row);
  }
  return { nodes: tier, shards, rows };
}

/** Few nodes that cover every row: all but the worst ranked that can be spared, or a greedy choice where that is fewer. */
function leanest(holdings: Holdings): readonly boolean[] {
  const pruned = withoutWorst(holdings);
  const fewest = holdings.rows.some((row) => row.length > 1) ? greedy(holdings) : pruned;
  return count(fewest) < count(pruned) ? fewest : pruned;
}

function count(chosen: readonly boolean[]): number {
  return chosen.reduce((sum, isChosen) => sum + Number(isChosen), 0);
}

/** Leaves nodes out, the worst first, as long as every row keeps one. */
function withoutWorst({ nodes, rows }: Holdings): readonly boolean[] {
  const keepers = rows.map((row) => row.length);
  const rowsOf: number[][] = nodes.map(() => []);
  for (const [position, row] of rows.entries()) for (const node of row) rowsOf[node]?.push(position);
  const chosen = rowsOf.map((own) => own.length > 0);
  for (let node = nodes.length - 1; node >= 0; node--) {
    const own = rowsOf[node] ?? [];
    if (own.some((position) => keepers[position] === 1)) continue;
    chosen[node] = false;
    for (const position of own) keepers[position] = (keepers[position] ?? 0) - 1;
  }
  return chosen;
}

/** Greedy set cover: again and again the node that holds most of what is left, the better ranked among equals. */
function greedy({ nodes, rows }: Holdings): readonly boolean[] {
  const chosen: boolean[] = nodes.map(() => false);
  const counts: number[] = nodes.map(() => 0);
  for (const row of rows) for (const node of row) counts[node] = (counts[node] ?? 0) + 1;
  let left = rows;
  while (left.length > 0) {
    const best = counts.indexOf(Math.max(...counts));
    chosen[best] = true;
    left = left.filter((row) => {
      if (!row.includes(best)) return true;
      for (const node of row) counts[node] = (counts[node] ?? 0) - 1;
      return false;
    });
  }
  return chosen;
}

/** Shares the shards out among the chosen nodes: those with one holder first, the others to whoever has least. */
function assign(holdings: Holdings, chosen: readonly boolean[], assignments: Map<string, number[]>): void {
  const lists = holdings.nodes.map((node) => assignments.get(node) ?? []);
  const load = (node: number): number => lists[node]?.length ?? 0;
  const contested: { shard: number; row: readonly number[] }[] = [];
  for (const [position, shard] of holdings.shards.entries()) {
    const row = (holdings.rows[position] ?? []).filter((node) => chosen[node]);
    if (row.length > 1) contested.push({ shard, row });
    else lists[row[0] ?? 0]?.push(shard);
  }
  contested.sort((a, b) => a.row.length - b.row.length);
  for (const { shard, row } of contested) {
    lists[row.reduce((least, node) => (load(node) < load(least) ? node : least))]?.push(shard);
  }
  for (const [position, node] of holdings.nodes.entries()) {
    const list = lists[position] ?? [];
    if (list.length > 0) assignments.set(node, list);
  }
}
