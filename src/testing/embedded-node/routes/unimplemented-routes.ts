import type { Action } from "../auth/actions.ts";
import type { FeatureNeed } from "../experimental-features.ts";
import { ApiError } from "../http/api-error.ts";
import type { Route } from "../http/route.ts";

const DISCUSSION = "https://github.com/orgs/meilisearch/discussions";

const METRICS: FeatureNeed = {
  feature: "metrics",
  action: "Getting metrics",
  name: "metrics",
  link: "https://github.com/meilisearch/product/discussions/625",
};

const LOGS: FeatureNeed = {
  feature: "logsRoute",
  action: "Modifying logs through the `/logs/*` routes",
  name: "logs route",
  link: `${DISCUSSION}/721`,
};

const RENDER: FeatureNeed = {
  feature: "renderRoute",
  action: "calling the /render-template route",
  name: "render_route",
  link: `${DISCUSSION}/888`,
};

/** Routes that the embedded node only knows to refuse: without their feature as the server does, with it as its own limit. */
export const unimplementedRoutes: readonly Route[] = [
  unimplemented("GET", "/metrics", "metrics.get", METRICS),
  unimplemented("POST", "/logs/stream", "*", LOGS),
  unimplemented("DELETE", "/logs/stream", "*", LOGS),
  unimplemented("POST", "/logs/stderr", "*", LOGS),
  unimplemented("GET", "/chats", "chats.get", chats("listing the chats")),
  unimplemented("GET", "/chats/:workspace/settings", "chatsSettings.get", chats("using the /chats/settings route")),
  unimplemented(
    "PATCH",
    "/chats/:workspace/settings",
    "chatsSettings.update",
    chats("using the /chats/settings route"),
  ),
  unimplemented(
    "DELETE",
    "/chats/:workspace/settings",
    "chatsSettings.update",
    chats("using the /chats/settings route"),
  ),
  unimplemented(
    "POST",
    "/chats/:workspace/chat/completions",
    "chatCompletions",
    chats("using the /chats chat completions route"),
  ),
  unimplemented("POST", "/render-template", "*", RENDER),
];

function unimplemented(method: Route["method"], path: string, action: Action, need: FeatureNeed): Route {
  return {
    method,
    path,
    action,
    handle: ({ node }) => {
      node.features.require(need);
      throw new ApiError(
        "not_implemented_by_embedded_node",
        `The embedded node does not implement \`${method} ${path}\`.`,
      );
    },
  };
}

function chats(action: string): FeatureNeed {
  return { feature: "chatCompletions", action, name: "chat completions", link: `${DISCUSSION}/835` };
}
