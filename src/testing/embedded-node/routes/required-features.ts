import type { NodeState } from "../node-state.ts";

/** Refuses what needs the `network` feature. */
export function requireNetwork(node: NodeState, action: string): void {
  node.features.require({
    feature: "network",
    action,
    name: "network",
    link: "https://github.com/orgs/meilisearch/discussions/805",
  });
}
