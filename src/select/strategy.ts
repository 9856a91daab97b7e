import { type RankedCluster, type Ranking, rankByText } from "../routing/ranking.ts";
import { type Fleet, median, type NodeStanding, type OperationClass } from "./fleet.ts";
import { byTwoChoices } from "./two-choices.ts";

/** A node that may be chosen, as a strategy of your own sees it. */
export interface ReplicaCandidate {
  readonly id: string;
  readonly group: string;
  readonly zone?: string;
  /** Expected latency in milliseconds, that of the median node where nothing is known. */
  readonly latencyMs: number;
  /** Requests under way from this process. */
  readonly inFlight: number;
}

/** Answers the ids of the nodes to be asked rather, best first; those it leaves out are asked last. */
export type OwnStrategy = (candidates: readonly ReplicaCandidate[]) => readonly string[];

/** How replicas are chosen. */
export type StrategyName = "adaptive" | "round-robin" | "random" | "nearest";

/** A cluster that a strategy ranks. */
export interface Selectable extends RankedCluster {
  readonly nodes: readonly { readonly id: string; readonly group: string; readonly zone?: string }[];
}

/** One choice to be made. */
export interface Choice {
  readonly cluster: Selectable;
  readonly operation: OperationClass;
  /** Monotonic milliseconds. */
  readonly nowMs: number;
}

/** What a strategy works with. */
export interface StrategyOptions {
  readonly strategy: StrategyName | OwnStrategy;
  /** Where this process runs; nodes there are asked rather. */
  readonly zone: string | undefined;
  readonly fleet: Fleet;
  /** A number from 0 up to 1, a new one at every call. */
  random(): number;
}

/** Latencies so close to the best are as good, in milliseconds or as a share of it, whichever is more. */
const WINDOW_MS = 15;
const WINDOW_SHARE = 0.2;

/** Ranks groups and nodes for one read after another. */
export class ReplicaSelector {
  readonly #options: StrategyOptions;
  #turn = 0;

  constructor(options: StrategyOptions) {
    this.#options = options;
  }

  /** The ranking for one read. Reads with one preference are ranked alike, whatever goes on. */
  rank(choice: Choice, preference: string | undefined): Ranking {
    const { strategy } = this.#options;
    if (preference !== undefined) return rankByText(preference, choice.cluster);
    if (strategy === "adaptive") return this.#adaptive(choice);
    if (strategy === "nearest") return this.#nearest(choice);
    if (strategy === "round-robin") return this.#roundRobin(choice);
    if (strategy === "random") return this.#random(choice.cluster);
    return this.#own(choice, strategy);
  }

  /** Nodes about as fast as the best, by power of two choices on what is under way; then the slow ones, the slowest last. */
  #adaptive({ cluster, operation, nowMs }: Choice): Ranking {
    const { fleet, random, zone } = this.#options;
    const standings = fleet.standings(idsOf(cluster), operation, nowMs);
    const slow = slowNodes(standings, random);
    const quick = byTwoChoices(
      standings.filter(({ id }) => !slow.has(id)),
      ({ inFlight }) => inFlight,
      random,
    );
    const rest = standings.filter(({ id }) => slow.has(id)).sort((a, b) => a.latencyMs - b.latencyMs);
    const [near, far] = byZone(quick.map(namesOf), zone === undefined ? undefined : { cluster, zone });
    return {
      groups: this.#groups(cluster, standings, slow),
      tiers: [near, far, rest.map(namesOf)].filter((tier) => tier.length > 0),
    };
  }

  /** Those with the smallest share of slow and far nodes first; among equals by power of two choices. */
  #groups(cluster: Selectable, standings: readonly NodeStanding[], slow: ReadonlySet<string>): string[] {
    const { random, zone } = this.#options;
    if (cluster.groups.length === 1) return cluster.groups.map(({ name }) => name);
    const inFlight = new Map(standings.map((standing) => [standing.id, standing.inFlight]));
    const measured = cluster.groups.map(({ name }) => {
      const own = cluster.nodes.filter(({ group }) => group === name);
      return {
        name,
        load: mean(own.map(({ id }) => inFlight.get(id) ?? 0)),
        slow: mean(own.map(({ id }) => Number(slow.has(id)))),
        far: zone === undefined ? 0 : mean(own.map((node) => Number(node.zone !== zone))),
      };
    });
    return byTwoChoices(measured, ({ load }) => load, random)
      .sort((a, b) => a.slow - b.slow || a.far - b.far)
      .map(({ name }) => name);
  }

  /** The own zone, then the others; the quickest first everywhere. */
  #nearest({ cluster, operation, nowMs }: Choice): Ranking {
    const { fleet, zone } = this.#options;
    const standings = fleet.standings(idsOf(cluster), operation, nowMs);
    const quickest = standings.sort((a, b) => a.latencyMs - b.latencyMs).map(namesOf);
    const [near, far] = byZone(quickest, zone === undefined ? undefined : { cluster, zone });
    const nodes = [...near, ...far];
    return { groups: groupsOf(nodes, cluster), tiers: [near, far].filter((tier) => tier.length > 0) };
  }

  #roundRobin({ cluster }: Choice): Ranking {
    const turn = this.#turn;
    this.#turn += 1;
    const groups = cluster.groups.map(({ name }) => name);
    return { groups: rotate(groups, turn), tiers: [rotate(idsOf(cluster).sort(), turn)] };
  }

  #random(cluster: Selectable): Ranking {
    const { random } = this.#options;
    const shuffled = <T>(items: readonly T[]) => byTwoChoices(items, () => 0, random);
    return { groups: shuffled(cluster.groups.map(({ name }) => name)), tiers: [shuffled(idsOf(cluster))] };
  }

  #own({ cluster, operation, nowMs }: Choice, strategy: OwnStrategy): Ranking {
    const ids = idsOf(cluster);
    const standings = this.#options.fleet.standings(ids, operation, nowMs);
    const candidates = cluster.nodes.map(({ id, group, zone }, position) => ({
      ...{ id, group, latencyMs: standings[position]?.latencyMs ?? 0, inFlight: standings[position]?.inFlight ?? 0 },
      ...(zone === undefined ? {} : { zone }),
    }));
    const chosen = [...new Set(strategy(candidates))].filter((id) => ids.includes(id));
    const rest = ids.filter((id) => !chosen.includes(id));
    return { groups: groupsOf([...chosen, ...rest], cluster), tiers: [chosen, rest].filter((tier) => tier.length > 0) };
  }
}

/**
 * Nodes to be asked only where no other can answer: slower than the window, spared, or not yet given their full share. Of
 * all nodes, at least half are never slow: then it is the cluster that is.
 */
function slowNodes(standings: readonly NodeStanding[], random: () => number): ReadonlySet<string> {
  const latencies = standings.map(({ latencyMs }) => latencyMs);
  const half = standings.length / 2;
  const isWithin = (base: number) => (latencyMs: number) =>
    latencyMs <= base + Math.max(WINDOW_MS, base * WINDOW_SHARE);
  const best =
    latencies.filter(isWithin(Math.min(...latencies))).length >= half ? Math.min(...latencies) : median(latencies);
  const isQuick = isWithin(best ?? 0);
  const slow = standings.filter(({ latencyMs }) => !isQuick(latencyMs)).map(namesOf);
  const spared = standings.filter(({ isSpared }) => isSpared).map(namesOf);
  const warming = standings.filter(({ share }) => share < 1 && random() >= share).map(namesOf);
  const all = new Set([...slow, ...spared, ...warming]);
  return all.size <= half ? all : new Set(slow);
}

/** Nodes of the own zone, and the others; all are near where no zone is known. */
function byZone(
  ids: readonly string[],
  place: { readonly cluster: Selectable; readonly zone: string } | undefined,
): [near: string[], far: string[]] {
  if (place === undefined) return [[...ids], []];
  const near = new Set(place.cluster.nodes.filter(({ zone }) => zone === place.zone).map(namesOf));
  return [ids.filter((id) => near.has(id)), ids.filter((id) => !near.has(id))];
}

/** The groups in the order of their best nodes. */
function groupsOf(nodes: readonly string[], cluster: Selectable): string[] {
  const groups = nodes.flatMap((id) => cluster.nodes.find((node) => node.id === id)?.group ?? []);
  return [...new Set([...groups, ...cluster.groups.map(({ name }) => name)])];
}

function idsOf({ nodes }: Selectable): string[] {
  return nodes.map(({ id }) => id);
}

function namesOf({ id }: { readonly id: string }): string {
  return id;
}

function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function rotate<T>(items: readonly T[], turn: number): T[] {
  const start = items.length === 0 ? 0 : turn % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
