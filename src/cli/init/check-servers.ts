import type { Topology } from "../../cluster/topology.ts";
import { describeDifference } from "../../cluster/topology-difference.ts";
import { nodeFindings } from "../doctor/node-findings.ts";
import { CommandFailed, EXIT } from "../exit-code.ts";
import { type Marker, markerOf } from "../survey/marker.ts";
import type { NodeSurvey } from "../survey/node-survey.ts";

/** Findings that leave a server unchecked; with any other it was checked and is unfit. */
const UNCHECKED = new Set(["unreachable", "not_meilisearch", "wrong_key"]);

/**
 * Makes sure that servers can form a cluster: all answer, take one key, run one supported version.
 * @throws CommandFailed `failed` when a server could not be asked, `refused` when it is unfit
 */
export function requireFitServers(surveys: readonly NodeSurvey[]): void {
  const faults = nodeFindings(surveys).filter(({ severity }) => severity !== "note");
  if (faults.length === 0) return;
  const isUnchecked = faults.some(({ code }) => UNCHECKED.has(code));
  const lines = faults.map(({ message, remedy }) => `${message} ${remedy}`);
  throw new CommandFailed(isUnchecked ? EXIT.failed : EXIT.refused, lines.join("\nmiroir: "));
}

/**
 * The topology to write down: the one that the servers hold already, if they are a cluster, else the planned one.
 * @throws CommandFailed `refused` when they hold another cluster than the planned one
 */
export function adoptTopology(planned: Topology, surveys: readonly NodeSurvey[]): Topology {
  const markers = surveys.map(markerOf);
  const known = markers.find((marker) => marker?.kind === "read");
  if (known === undefined) {
    if (markers.every((marker) => marker?.kind === "none")) return planned;
    throw new CommandFailed(EXIT.refused, "A server has a marker that cannot be read; see `miroir doctor`.");
  }
  const { topology } = known;
  const position = surveys.findIndex((survey, index) => !isOf(markers[index], topology.clusterId, survey));
  const stranger = surveys[position];
  if (stranger !== undefined) {
    const said = markers[position];
    const own = said?.kind === "read" ? `node ${said.nodeId} of cluster ${said.clusterId}` : "of no cluster";
    refuse(
      `some hold cluster ${topology.clusterId}, and ${stranger.node.url} is ${own} instead of its node ${stranger.node.id}`,
    );
  }
  const difference = describeDifference({ ...planned, clusterId: "", groups: topology.groups }, topology);
  if (difference !== undefined)
    refuse(`they hold a cluster already: ${difference.replaceAll("configuration", "plan")}`);
  const urls = new Map(planned.nodes.map(({ id, url }) => [id, url]));
  return { ...topology, nodes: topology.nodes.map((node) => ({ ...node, url: urls.get(node.id) ?? node.url })) };
}

function isOf(marker: Marker | undefined, clusterId: string, { node }: NodeSurvey): boolean {
  return marker?.kind === "read" && marker.clusterId === clusterId && marker.nodeId === node.id;
}

function refuse(why: string): never {
  throw new CommandFailed(
    EXIT.refused,
    `These servers cannot be founded as planned: ${why}. Name the nodes, --rf and --shards that the cluster was founded ` +
      "with, or give servers without data.",
  );
}
