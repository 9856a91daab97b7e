import type { Meta } from "../core/meta.ts";
import type { Cluster } from "./cluster.ts";

/** Said with every change of names. */
const ELSEWHERE =
  "Other processes may use the former names for some seconds: their writes go to the index that had the name.";

/** What is known of a call that changed what index names stand for. */
export function namesChanged({ topology }: Cluster): Meta {
  const nodes = topology.nodes.map(({ id }) => id);
  return { nodes, degraded: false, exact: true, reasons: [ELSEWHERE], failures: [] };
}
