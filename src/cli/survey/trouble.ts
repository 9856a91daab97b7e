import { markerOf } from "./marker.ts";
import type { NodeSurvey } from "./node-survey.ts";
import { type ClusterSurvey, isMember, whyOld } from "./survey.ts";

/** Why a client would not use a server, as half a sentence; undefined when it would. */
export function troubleOf(survey: NodeSurvey, cluster: ClusterSurvey): string | undefined {
  if (survey.kind !== "answered") return survey.reason;
  if (isMember(survey, cluster.topology, cluster.isFounded)) return whyOld(survey, cluster);
  const marker = markerOf(survey);
  if (marker?.kind === "unreadable") return `has a marker that cannot be read: ${marker.reason}`;
  if (marker?.kind !== "read") return "has no marker: it lost its data or was never part of the cluster";
  if (marker.clusterId !== cluster.topology.clusterId) return `belongs to cluster ${marker.clusterId}`;
  return `is node ${marker.nodeId}, says its marker`;
}
