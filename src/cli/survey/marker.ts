import { parseTopology, type Topology } from "../../cluster/topology.ts";
import { incarnationOf, type Keeper, keeperOf, MARKER_ID } from "../../execute/identity.ts";
import type { NodeSurvey } from "./node-survey.ts";

/** What a server's marker says. */
export type Marker =
  | {
      readonly kind: "read";
      readonly clusterId: string;
      readonly nodeId: string;
      readonly keeper: Keeper;
      /** How often the node was begun anew. */
      readonly incarnation: number;
      readonly topology: Topology;
    }
  | { readonly kind: "unreadable"; readonly reason: string }
  /** `isBegun`: there is a state index, but no marker in it. */
  | { readonly kind: "none"; readonly isBegun: boolean };

/** The marker of a server, undefined when the server could not be asked. */
export function markerOf(survey: NodeSurvey): Marker | undefined {
  if (survey.kind !== "answered") return undefined;
  const value = survey.records?.find(({ id }) => id === MARKER_ID)?.value;
  if (value === undefined) return { kind: "none", isBegun: survey.records !== undefined };
  try {
    const topology = parseTopology(value["topology"]);
    return {
      kind: "read",
      clusterId: topology.clusterId,
      nodeId: String(value["nodeId"]),
      keeper: keeperOf(value),
      incarnation: incarnationOf(value),
      topology,
    };
  } catch (error) {
    return { kind: "unreadable", reason: error instanceof Error ? error.message : String(error) };
  }
}
