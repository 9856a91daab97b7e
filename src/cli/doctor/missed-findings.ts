import type { ClusterSurvey } from "../survey/survey.ts";
import { counted } from "../terminal/counted.ts";
import type { Finding } from "./finding.ts";

/** Which nodes have yet to be given administrative changes, and which. */
export function missedFindings({ missed }: ClusterSurvey): Finding[] {
  const nodes = [...new Set(missed.map(({ node }) => node))];
  return nodes.map((node): Finding => {
    const changes = [...new Set(missed.filter((change) => change.node === node).map(({ what }) => what))];
    return {
      ...{ code: "missed_changes", severity: "warning", nodes: [node] },
      message: `Node ${node} has yet to be given ${counted(changes.length, "change")}: ${changes.join(", ")}. It is not used for what they concern.`,
      remedy: "Run `miroir repair`, or keep a client connected, while the node answers.",
    };
  });
}
