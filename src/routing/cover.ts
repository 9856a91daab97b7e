/** What a replica is good for: answering, answering with a known gap, or nothing. */
export type Usability = "good" | "indebted" | "no";

/** What a cover is chosen from. */
export interface CoverInput {
  /** Shards to ask. */
  readonly shards: readonly number[];
  /** Every replica group with its table: shard → node ids. */
  readonly groups: readonly { readonly name: string; readonly table: readonly (readonly string[])[] }[];
  usable(node: string, shard: number): Usability;
  /** Calls with one preference get the same replicas as long as health does not change. */
  readonly preference?: string;
  /** Nodes that must not be asked, such as those that just failed. */
  readonly exclude?: ReadonlySet<string>;
  /** From 0 up to 1: spreads calls without a preference over groups and nodes. */
  readonly random?: number;
}

/** Who is asked for which shards. */
export interface Cover {
  readonly assignments: ReadonlyMap<string, readonly number[]>;
  /** Shards that no usable replica holds. */
  readonly uncovered: readonly number[];
  /** Shards for which only a replica with debt was found. */
  readonly indebted: readonly number[];
}

type Table = readonly (readonly string[])[];

/**
 * Chooses one replica for every shard, on few nodes: a group that is whole and free of debt, then what is missing from
 * the other groups, and replicas with debt only where nothing else is left. Greedy set cover picks the nodes, then the
 * shards are shared out evenly among them.
 */
export function coverShards(input: CoverInput): Cover {
  const spread = input.preference === undefined ? (input.random ?? 0) : fraction(input.preference);
  const tables = input.groups.map((group) => group.table);
  const pass = { input, spread, tables: rotate(tables, spread), assignments: new Map<string, number[]>() };
  const owed = coverFrom("good", input.shards, pass);
  const uncovered = coverFrom("indebted", owed, pass);
  const indebted = uncovered.length === owed.length ? [] : owed.filter((shard) => !uncovered.includes(shard));
  for (const shards of pass.assignments.values()) shards.sort((a, b) => a - b);
  return { assignments: pass.assignments, uncovered, indebted };
}

/** Whether every shard has a replica, with debt or without, that may be asked; a cover would leave nothing uncovered. */
export function isCoverable({ shards, groups, exclude, usable }: CoverInput): boolean {
  const isAskable = (node: string, shard: number) => exclude?.has(node) !== true && usable(node, shard) !== "no";
  return shards.every((shard) => groups.some(({ table }) => table[shard]?.some((node) => isAskable(node, shard))));
}

interface Pass {
  readonly input: CoverInput;
  /** From 0 up to 1. */
  readonly spread: number;
  readonly tables: readonly Table[];
  readonly assignments: Map<string, number[]>;
}

/** What one group can cover: the shards, and for each the nodes that hold it, as positions in `nodes`. */
interface Holdings {
  readonly nodes: readonly string[];
  readonly shards: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

/** Covers what replicas of one quality can, the most complete group first; answers what is still missing. */
function coverFrom(quality: Usability, shards: readonly number[], pass: Pass): readonly number[] {
  let missing = shards;
  const left = [...pass.tables];
  while (left.length > 0 && missing.length > 0) {
    const { index, holdings } = mostComplete(
      left,
      (table) => holdingsOf(table, missing, { quality, pass }),
      missing.length,
    );
    left.splice(index, 1);
    assign(holdings, chooseNodes(holdings, pass.spread), pass.assignments);
    const covered = new Set(holdings.shards);
    missing = covered.size === missing.length ? [] : missing.filter((shard) => !covered.has(shard));
  }
  return missing;
}

/** The first group that holds all shards, or the one that holds most. */
function mostComplete(tables: readonly Table[], look: (table: Table) => Holdings, wanted: number) {
  let best: { index: number; holdings: Holdings } | undefined;
  for (const [index, table] of tables.entries()) {
    const holdings = look(table);
    if (best === undefined || holdings.shards.length > best.holdings.shards.length) best = { index, holdings };
    if (holdings.shards.length === wanted) break;
  }
  return best ?? { index: 0, holdings: { nodes: [], shards: [], rows: [] } };
}

function holdingsOf(
  table: Table,
  asked: readonly number[],
  { quality, pass }: { quality: Usability; pass: Pass },
): Holdings {
  const { input } = pass;
  const positions = new Map<string, number>();
  const shards: number[] = [];
  const rows: number[][] = [];
  for (const shard of asked) {
    const row: number[] = [];
    for (const node of table[shard] ?? []) {
      if (input.exclude?.has(node) || input.usable(node, shard) !== quality) continue;
      const position = positions.get(node) ?? positions.size;
      if (position === positions.size) positions.set(node, position);
      row.push(position);
    }
    if (row.length === 0) continue;
    shards.push(shard);
    rows.push(row);
  }
  return { nodes: [...positions.keys()], shards, rows };
}

/** Greedy set cover: again and again the node that holds most of what is left; ties go round with `spread`. */
function chooseNodes({ nodes, rows }: Holdings, spread: number): readonly boolean[] {
  const order = rotate([...nodes].sort(), spread).map((node) => nodes.indexOf(node));
  const chosen: boolean[] = nodes.map(() => false);
  const counts: number[] = nodes.map(() => 0);
  for (const row of rows) for (const node of row) counts[node] = (counts[node] ?? 0) + 1;
  let left = rows;
  while (left.length > 0) {
    const best = order.reduce((top, node) => ((counts[node] ?? 0) > (counts[top] ?? 0) ? node : top));
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

function rotate<T>(items: readonly T[], spread: number): T[] {
  const start = Math.min(Math.floor(spread * items.length), Math.max(items.length - 1, 0));
  return [...items.slice(start), ...items.slice(0, start)];
}

/** A text as a number from 0 up to 1 (FNV-1a, 32 bits): spreads preferences, nothing depends on its quality. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) / 2 ** 32;
}
