import { parseTopology, type Topology } from "../../cluster/topology.ts";
import { MiroirError } from "../../core/errors.ts";
import type { NodeInfo } from "../../core/types.ts";
import { type Keeper, keeperOf, MARKER_ID } from "../../execute/identity.ts";
import { type Operator, OperatorCallFailed } from "../../execute/operator.ts";
import { readState } from "../../execute/state-index.ts";

/** What a server says of the cluster that it belongs to. */
export interface Witness {
  /** With the id that its marker says. */
  readonly node: NodeInfo;
  readonly keeper: Keeper;
  /** In force when the marker was written. */
  readonly committed: Topology;
  /** About to come into force then. */
  readonly proposed: Topology | undefined;
}

/** A server that says nothing of use. */
export interface SilentNode {
  readonly node: NodeInfo;
  readonly reason: string;
}

/** What all servers say that anybody names. */
export interface Testimony {
  readonly witnesses: readonly Witness[];
  readonly silent: readonly SilentNode[];
}

/** Asks servers, and those that their markers name, whose cluster they are. */
export async function hearWitnesses(operator: Operator, first: readonly NodeInfo[]): Promise<Testimony> {
  const witnesses = new Map<string, Witness>();
  const silent = new Map<string, SilentNode>();
  const asked = new Set<string>();
  for (let open = [...first]; open.length > 0; ) {
    for (const { url } of open) asked.add(url);
    const answers = await Promise.all(open.map((node) => hear(operator, node)));
    for (const answer of answers) {
      if ("reason" in answer) silent.set(answer.node.id, answer);
      else witnesses.set(answer.node.id, answer);
    }
    const named = answers.flatMap((answer) => ("reason" in answer ? [] : namedBy(answer)));
    // A server that moved is found where the caller says, not where it was when the markers were written.
    open = named.filter(({ id, url }, position) => {
      const isFirst = named.findIndex((other) => other.id === id) === position;
      return isFirst && !asked.has(url) && !witnesses.has(id);
    });
  }
  for (const id of witnesses.keys()) silent.delete(id);
  return { witnesses: [...witnesses.values()], silent: [...silent.values()] };
}

function namedBy({ committed, proposed }: Witness): readonly NodeInfo[] {
  return [...committed.nodes, ...(proposed?.nodes ?? [])];
}

async function hear(operator: Operator, node: NodeInfo): Promise<Witness | SilentNode> {
  try {
    const records = await readState(operator, node, { unchecked: true });
    const marker = records?.find(({ id }) => id === MARKER_ID)?.value;
    if (marker === undefined)
      return { node, reason: "has no marker: it lost its data or was never part of the cluster" };
    const committed = parseTopology(marker["topology"]);
    const proposed = marker["proposed"] === undefined ? undefined : parseTopology(marker["proposed"]);
    const id = String(marker["nodeId"]);
    const known = [...committed.nodes, ...(proposed?.nodes ?? [])].find((each) => each.id === id);
    return { node: { ...(known ?? node), id, url: node.url }, keeper: keeperOf(marker), committed, proposed };
  } catch (error) {
    if (error instanceof OperatorCallFailed) return { node, reason: error.reason };
    if (error instanceof MiroirError) return { node, reason: `has a marker that cannot be read: ${error.message}` };
    throw error;
  }
}
