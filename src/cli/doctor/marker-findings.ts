import type { Topology } from "../../cluster/topology.ts";
import { describeDifference } from "../../cluster/topology-difference.ts";
import { STATE_INDEX } from "../../execute/state-index.ts";
import { type Marker, markerOf } from "../survey/marker.ts";
import type { NodeSurvey } from "../survey/node-survey.ts";
import { type ClusterSurvey, isMember, whyOld } from "../survey/survey.ts";
import { listed } from "../terminal/listed.ts";
import type { Finding } from "./finding.ts";

/** What markers say against each other, against the configuration and about the server they are on. */
export function markerFindings(survey: ClusterSurvey): Finding[] {
  if (!survey.isFounded) return foundingFindings(survey);
  return [
    ...survey.nodes.flatMap((node) => markerFinding(node, survey)),
    ...configurationFinding(survey),
    ...staleFinding(survey),
  ];
}

function foundingFindings({ nodes }: ClusterSurvey): Finding[] {
  const unreadable = nodes.flatMap((survey) => {
    const marker = markerOf(survey);
    return marker?.kind === "unreadable" ? [unreadableFinding(survey.node.id, marker.reason)] : [];
  });
  if (unreadable.length > 0 || !nodes.some(({ kind }) => kind === "answered")) return unreadable;
  const begun = nodes.filter((survey) => isBegun(markerOf(survey))).map(({ node }) => node.id);
  if (begun.length > 0) {
    return [
      {
        ...{ code: "founding_unfinished", severity: "error", nodes: begun },
        message: `${listed("Node", begun)} without a marker, though the index ${STATE_INDEX} exists there.`,
        remedy: `If no client is founding the cluster now, delete the index ${STATE_INDEX} there; the next client founds it.`,
      },
    ];
  }
  return [
    {
      ...{ code: "not_founded", severity: "note", nodes: [] },
      message: "The cluster is not founded yet.",
      remedy: "Nothing: the first client that connects while every node answers founds it.",
    },
  ];
}

function isBegun(marker: Marker | undefined): boolean {
  return marker?.kind === "none" && marker.isBegun;
}

function markerFinding(survey: NodeSurvey, cluster: ClusterSurvey): Finding[] {
  const { topology } = cluster;
  const marker = markerOf(survey);
  if (marker === undefined) return [];
  const { id, url } = survey.node;
  if (isMember(survey, topology)) return oldFinding(survey, cluster);
  const common = { severity: "error", nodes: [id] } as const;
  if (marker.kind === "unreadable") return [unreadableFinding(id, marker.reason)];
  if (marker.kind === "none") {
    return [
      {
        ...{ ...common, code: "marker_missing" },
        message: `Node ${id} (${url}) has no marker: it lost its data, or was never part of the cluster. It is not used.`,
        remedy: `Start it with its own data directory. If that is lost, fill it from the others: \`miroir repair --rebuild ${id}\`.`,
      },
    ];
  }
  if (marker.clusterId !== topology.clusterId) {
    return [
      {
        ...{ ...common, code: "marker_foreign" },
        message: `Node ${id} (${url}) belongs to cluster ${marker.clusterId}, most others to ${topology.clusterId}.`,
        remedy: "Correct its address: this server holds another cluster's data.",
      },
    ];
  }
  return [
    {
      ...{ ...common, code: "node_swapped" },
      message: `The server at ${url} is configured as ${id}, and its marker says it is ${marker.nodeId}.`,
      remedy: `Give the address ${url} to ${marker.nodeId}: an id follows the data, not the machine.`,
    },
  ];
}

function oldFinding(survey: NodeSurvey, cluster: ClusterSurvey): Finding[] {
  const { id, url } = survey.node;
  const reason = whyOld(survey, cluster);
  if (reason === undefined) return [];
  return [
    {
      ...{ code: "node_old", severity: "error", nodes: [id] },
      message: `Node ${id} (${url}) ${reason}. It is not used.`,
      remedy: `Start it with its newest data. If that is lost, fill it from the others: \`miroir repair --rebuild ${id}\`.`,
    },
  ];
}

function unreadableFinding(id: string, reason: string): Finding {
  return {
    ...{ code: "marker_unreadable", severity: "error", nodes: [id] },
    message: `The marker of node ${id} cannot be read: ${reason}`,
    remedy: "A newer miroir may have written it; use that version. Otherwise restore the server from a backup.",
  };
}

function configurationFinding({ configured, topology, keeper }: ClusterSurvey): Finding[] {
  if (keeper === "store" && configured.clusterId === topology.clusterId) return storeFinding(configured, topology);
  const difference = describeDifference(configured, topology);
  if (difference === undefined) return [];
  return [
    {
      ...{ code: "topology_differs", severity: "error", nodes: [] },
      message: `The configuration does not describe the cluster that the nodes hold, so clients refuse to start: ${difference}.`,
      remedy:
        "Go back to the configuration that the cluster was founded with; `miroir status --nodes url,url` shows it.",
    },
  ];
}

/** A store that is behind what nodes were told has lost what was written to it since. */
function storeFinding(inStore: Topology, onNodes: Topology): Finding[] {
  if (inStore.epoch >= onNodes.epoch) return [];
  return [
    {
      ...{ code: "store_rolled_back", severity: "error", nodes: [] },
      message: `The store is at epoch ${inStore.epoch}, and the nodes were at ${onNodes.epoch}: it went back to an earlier state, and clients refuse to start.`,
      remedy: "Run `miroir recover`.",
    },
  ];
}

/** Members that do not know the topology in force; where a store keeps it, nodes are told only what concerns them. */
function staleFinding({ nodes, topology, keeper }: ClusterSurvey): Finding[] {
  if (keeper === "store") return [];
  const stale = nodes.filter((survey) => {
    const marker = markerOf(survey);
    if (!isMember(survey, topology) || marker?.kind !== "read") return false;
    return marker.topology.epoch !== topology.epoch || describeDifference(marker.topology, topology) !== undefined;
  });
  if (stale.length === 0) return [];
  const ids = stale.map(({ node }) => node.id);
  return [
    {
      ...{ code: "markers_differ", severity: "error", nodes: ids },
      message: `${listed("Node", ids)} marked with another topology than epoch ${topology.epoch} of the other nodes.`,
      remedy: "The server came back from an old copy of its data. Restore it from a newer one.",
    },
  ];
}
