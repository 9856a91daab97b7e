import type { BenchSize } from "../size.ts";
import type { Contender } from "../worker/protocol.ts";
import { nameOf, type Shape } from "./shape.ts";

/** Who takes part: a kind of client, over servers of some shape. */
export interface Entrant {
  readonly name: string;
  readonly client: Contender["client"];
  readonly shape: Shape;
  /** Added to the configuration of its client. */
  readonly config?: object;
  readonly asksWholeWindows?: boolean;
}

const SINGLE: Shape = { nodes: 1, replicationFactor: 1 };

/** With whom the others are compared. */
export const OFFICIAL: Entrant = { name: "official client, one node", client: "official", shape: SINGLE };

/** The same, without asking for compressed answers, which costs it tens of milliseconds on a fast network. */
export const UNCOMPRESSED: Entrant = {
  ...{ name: "official client, one node, compression off", client: "official", shape: SINGLE },
  config: { requestInit: { headers: { "accept-encoding": "identity" } } },
};

/** The server's own federation over four servers, asked by the official client. */
const FEDERATION: Entrant = {
  ...UNCOMPRESSED,
  ...{ name: "server's own federation, four nodes", client: "federation", shape: { nodes: 4, replicationFactor: 1 } },
};

/** miroir over so many nodes. */
export function miroirOn(nodes: number, replicationFactor = 1): Entrant {
  const shape = { nodes, replicationFactor };
  return { name: `miroir, ${nameOf(shape)}`, client: "miroir", shape };
}

/** The requests that {@link miroirOn} sends over as many nodes, and nothing else. */
export function bareOn(nodes: number): Entrant {
  const shape = { nodes, replicationFactor: 1 };
  // What is seen once is repeated: it must not hold what only happened to be slow.
  return { name: `bare requests, ${nameOf(shape)}`, client: "bare", shape, config: { hedging: false } };
}

/** One of each kind, whoever the others are compared with first. */
export function mainEntrants({ mostNodes }: BenchSize): Entrant[] {
  const largest = mostNodes > 4 ? [miroirOn(mostNodes)] : [];
  return [OFFICIAL, UNCOMPRESSED, FEDERATION, bareOn(4), miroirOn(1), miroirOn(4), ...largest];
}

/** Everybody: clusters of further sizes and with two copies as well. */
export function allEntrants(size: BenchSize): Entrant[] {
  const further = size.hasAllClusters ? [miroirOn(2), miroirOn(3), miroirOn(2, 2), miroirOn(3, 2)] : [];
  return [...mainEntrants(size), ...further, miroirOn(4, 2)];
}

/** Those that differ most, for kinds of searches beside the first. */
export function fewEntrants(size: BenchSize): Entrant[] {
  return mainEntrants(size).filter(({ client }) => client === "official" || client === "miroir");
}
