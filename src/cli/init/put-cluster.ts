import type { Topology } from "../../cluster/topology.ts";
import { writeMarker } from "../../execute/bootstrap.ts";
import { putIntoStore } from "../../execute/topology-in-store.ts";
import { openStore } from "../../store/open-store.ts";
import { askNodes } from "../ask-nodes.ts";
import { markerOf } from "../survey/marker.ts";
import type { NodeSurvey } from "../survey/node-survey.ts";

/** A cluster that is to be put into a store. */
export interface ClusterToPut {
  readonly topology: Topology;
  /** What its servers said; the records that they hold move along. */
  readonly surveys: readonly NodeSurvey[];
  readonly key: string | undefined;
}

/**
 * Puts a cluster into a store. Servers that are part of it already are told that a store keeps its state from now on, so
 * that processes which still look for it there are refused.
 * @throws MiroirError `miroir_invalid_config`, `miroir_store_unavailable`
 */
export async function putClusterIntoStore(address: string, { topology, surveys, key }: ClusterToPut): Promise<void> {
  const members = surveys.filter((survey) => markerOf(survey)?.kind === "read");
  const records = members.flatMap((survey) => (survey.kind === "answered" ? (survey.records ?? []) : []));
  const store = await openStore(address);
  try {
    await putIntoStore(store, topology, records);
  } finally {
    await store.close();
  }
  await askNodes(key, (operator) =>
    Promise.all(members.map(({ node }) => writeMarker(operator, node, { topology, keeper: "store" }))),
  );
}
