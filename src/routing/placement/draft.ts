/** One replica of a shard on its way from a node to another; nodes by their number in the draft. */
export interface Move {
  readonly shard: number;
  readonly from: number;
  readonly to: number;
}

/** A table under construction: nodes are numbers, and every replica knows whether it was in the table in force. */
export class Draft {
  readonly shards: number;
  readonly nodes: number;
  /** Which nodes hold a shard, by shard. */
  readonly rows: readonly Set<number>[];
  /** Which shards a node holds, by node. */
  readonly held: readonly Set<number>[];
  readonly caps: readonly number[];
  readonly scores: readonly Float64Array[];
  readonly #settled: readonly Set<number>[];

  constructor(caps: readonly number[], scores: readonly Float64Array[], inForce: readonly (readonly number[])[]) {
    this.shards = scores.length;
    this.nodes = caps.length;
    this.caps = caps;
    this.scores = scores;
    this.rows = scores.map((_, shard) => new Set(inForce[shard]));
    this.held = caps.map(() => new Set());
    for (const [shard, row] of this.rows.entries()) for (const node of row) this.shardsOf(node).add(shard);
    this.#settled = this.rows.map((row) => new Set(row));
  }

  /** The nodes of a shard. */
  row(shard: number): Set<number> {
    return this.rows[shard] ?? new Set();
  }

  /** The shards of a node. */
  shardsOf(node: number): Set<number> {
    return this.held[node] ?? new Set();
  }

  /** How much a node is meant for a shard. */
  score(shard: number, node: number): number {
    return this.scores[shard]?.[node] ?? 0;
  }

  /** How many replicas a node may still take; negative above its cap. */
  room(node: number): number {
    return (this.caps[node] ?? 0) - this.shardsOf(node).size;
  }

  /** Whether a replica was there before this change: moving it means copying documents. */
  isInForce(shard: number, node: number): boolean {
    return this.#settled[shard]?.has(node) ?? false;
  }

  /** Puts a replica on a node. */
  add(shard: number, node: number): void {
    this.row(shard).add(node);
    this.shardsOf(node).add(shard);
  }

  /** Takes a replica off a node. */
  drop(shard: number, node: number): void {
    this.row(shard).delete(node);
    this.shardsOf(node).delete(shard);
  }

  /** Moves a replica. */
  move(move: Move): void {
    this.drop(move.shard, move.from);
    this.add(move.shard, move.to);
  }

  /** Nodes without the shard, the ones most meant for it first. */
  candidates(shard: number): number[] {
    const nodes: number[] = [];
    for (let node = 0; node < this.nodes; node++) if (!this.row(shard).has(node)) nodes.push(node);
    return this.byScore(shard, nodes);
  }

  /** Nodes in falling order of score for a shard; nodes are numbered by id, so a tie goes to the smaller id. */
  byScore(shard: number, nodes: Iterable<number>): number[] {
    return [...nodes].sort((a, b) => this.score(shard, b) - this.score(shard, a) || a - b);
  }
}
