import type { Chance } from "../kernel/chance.ts";

/** Which way a broken link is broken. */
export type Direction = "requests" | "answers";

/**
 * What becomes of a request.
 * - `answered`: it arrives, and so does the answer
 * - `lost request`, `lost answer`: the connection breaks on the way there, or back
 * - `late`: the connection breaks, and a box in between hands the request over later all the same
 * - `overloaded`, `throttled`: the node says 503 or 429 and does nothing
 * - `proxy before`, `proxy after`: a proxy answers 502; the node never saw the request, or has done it
 */
export type Fate =
  | "answered"
  | "lost request"
  | "lost answer"
  | "late"
  | "overloaded"
  | "throttled"
  | "proxy before"
  | "proxy after";

/** How often requests end otherwise than answered. */
export type Troubles = Readonly<Partial<Record<Exclude<Fate, "answered">, number>>>;

/** The state of all links between processes and nodes; whoever breaks one mends it. */
export class Network {
  readonly #chance: Chance;
  readonly #blocked = new Map<string, number>();
  readonly #troublesByNode = new Map<string, Troubles>();
  /** By the name of a node or of a process. */
  readonly #extraMsByEnd = new Map<string, number>();

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Breaks a link in one direction; answers what mends it. Links may be broken several times over. */
  block(link: { readonly process: string; readonly node: string }, direction: Direction): () => void {
    const key = linkKey(link.process, link.node, direction);
    this.#blocked.set(key, (this.#blocked.get(key) ?? 0) + 1);
    return () => {
      this.#blocked.set(key, (this.#blocked.get(key) ?? 0) - 1);
    };
  }

  /** Whether a link is broken in one of these directions. */
  isBlocked(process: string, node: string, ...directions: readonly Direction[]): boolean {
    return directions.some((direction) => (this.#blocked.get(linkKey(process, node, direction)) ?? 0) > 0);
  }

  trouble(node: string, troubles: Troubles | undefined): void {
    if (troubles === undefined) this.#troublesByNode.delete(node);
    else this.#troublesByNode.set(node, troubles);
  }

  /**
   * Has everything take up to so much longer to and from one end.
   * @param end a node, the store, or a process (on its way to and from nodes)
   */
  slow(end: string, extraMs: number): void {
    this.#extraMsByEnd.set(end, extraMs);
  }

  /** How long something is on its way between two ends, of which one may be left out, in milliseconds. */
  travelMs(...ends: readonly string[]): number {
    const extraMs = Math.max(...ends.map((end) => this.#extraMsByEnd.get(end) ?? 0));
    return this.#chance.between(0.5, 3) + (extraMs === 0 ? 0 : this.#chance.between(0, extraMs));
  }

  fateOf(node: string): Fate {
    const troubles = this.#troublesByNode.get(node);
    if (troubles === undefined) return "answered";
    let left = this.#chance.fraction();
    for (const [fate, rate] of Object.entries(troubles) as [Fate, number][]) {
      left -= rate;
      if (left < 0) return fate;
    }
    return "answered";
  }

  /** Ends all troubles; broken links stay as they are. */
  calm(): void {
    this.#troublesByNode.clear();
    this.#extraMsByEnd.clear();
  }
}

function linkKey(process: string, node: string, direction: Direction): string {
  return `${process} ${node} ${direction}`;
}
