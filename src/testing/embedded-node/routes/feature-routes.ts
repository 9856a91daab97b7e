import { FEATURES, type Feature } from "../experimental-features.ts";
import { ok, type Reply } from "../http/message.ts";
import { readBody } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { boolean, type Fields, nullable, object } from "../validation/readers.ts";

type FeatureChange = Partial<Record<Feature, boolean | null>>;

const readChange = object<FeatureChange>(
  Object.fromEntries(FEATURES.map((feature) => [feature, { read: nullable(boolean) }])) as Fields<FeatureChange>,
);

/** Experimental features: read and switch. */
export const featureRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/experimental-features",
    action: "experimental.get",
    handle: ({ node }) => ok(node.features.view()),
  },
  { method: "PATCH", path: "/experimental-features", action: "experimental.update", handle: switchFeatures },
];

function switchFeatures(context: RouteContext): Reply {
  const change = readBody(context, readChange);
  for (const feature of FEATURES) {
    const isEnabled = change[feature];
    if (typeof isEnabled === "boolean") context.node.features.set(feature, isEnabled);
  }
  return ok(context.node.features.view());
}
