import type { JsonObject } from "../core/types.ts";
import { allNodesMeta, askAllNodes } from "./ask-all.ts";
import { changeEveryNode } from "./every-node.ts";
import type { RouteHandler } from "./route.ts";
import { asNodeRequest } from "./verbatim.ts";

/** `GET experimental-features`: a node's own; where the nodes differ, a feature counts as on when it is on everywhere. */
export const featuresRoute: RouteHandler = {
  routes: [{ method: "GET", path: "experimental-features" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const answers = await askAllNodes(cluster, request, context.call);
    const [refusal] = answers.refusals;
    if (refusal !== undefined) return { status: refusal.status, body: refusal.body };
    const { features, uneven } = commonFeatures(answers.parts.map(({ body }) => body as JsonObject));
    const reasons =
      uneven.length === 0 ? [] : [`Not on every node: ${uneven.join(", ")}. Set them again to make them so.`];
    return { status: 200, body: features, meta: allNodesMeta(answers, reasons) };
  },
};

function commonFeatures(views: readonly JsonObject[]): { features: JsonObject; uneven: string[] } {
  const names = [...new Set(views.flatMap((view) => Object.keys(view)))];
  const isOn = (name: string) => views.every((view) => view[name] === true);
  return {
    features: Object.fromEntries(names.map((name) => [name, isOn(name)])),
    uneven: names.filter((name) => !isOn(name) && views.some((view) => view[name] === true)),
  };
}

/** `PATCH experimental-features`: the same on every node. */
export const featuresWriteRoute: RouteHandler = {
  routes: [{ method: "PATCH", path: "experimental-features" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const result = await changeEveryNode(cluster, request, {
      what: "Changing experimental features",
      matters: [{ matter: "features" }],
      remedy: "Repeat the call when every node answers.",
      call: context.call,
      request: (node) => asNodeRequest(request, node),
    });
    const response = result.kind === "refused" ? result.response : result.responses[0];
    return { status: response?.status ?? 500, body: response?.body };
  },
};
