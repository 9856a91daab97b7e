export type { EmbeddedNode, EmbeddedNodeOptions } from "./embedded-node.ts";
export type { Fault, Faults } from "./faults.ts";
export type { EmbeddedRequest, EmbeddedResponse } from "./http/message.ts";
export { createEmbeddedNode } from "./server.ts";
