import { ApiError } from "../http/api-error.ts";
import { ok } from "../http/message.ts";
import { readBody } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { nullable, object, recordOf, string } from "../validation/readers.ts";
import { type WebhookChange, webhookView } from "../webhook-store.ts";
import { uuidRefusal } from "./uuid-refusal.ts";

const readChange = object<WebhookChange>(
  {
    url: { read: nullable(string), code: "invalid_webhook_url" },
    headers: { read: nullable(recordOf(nullable(string))), code: "invalid_webhook_headers" },
  },
  { immutable: { uuid: "immutable_webhook_uuid", isEditable: "immutable_webhook_is_editable" } },
);

/** Webhooks: list, create, read, change, delete. */
export const webhookRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/webhooks",
    action: "webhooks.get",
    handle: ({ node }) => ok({ results: node.webhooks.list().map(webhookView) }),
  },
  {
    method: "POST",
    path: "/webhooks",
    action: "webhooks.create",
    handle: (context) => {
      const webhook = context.node.webhooks.create(context.node.newUid(), readBody(context, readChange));
      return { status: 201, body: webhookView(webhook) };
    },
  },
  {
    method: "GET",
    path: "/webhooks/:uuid",
    action: "webhooks.get",
    handle: (context) => ok(webhookView(context.node.webhooks.get(uuidOf(context)))),
  },
  {
    method: "PATCH",
    path: "/webhooks/:uuid",
    action: "webhooks.update",
    handle: (context) => ok(webhookView(context.node.webhooks.update(uuidOf(context), readBody(context, readChange)))),
  },
  {
    method: "DELETE",
    path: "/webhooks/:uuid",
    action: "webhooks.delete",
    handle: (context) => {
      context.node.webhooks.delete(uuidOf(context));
      return { status: 204 };
    },
  },
];

function uuidOf({ params }: RouteContext): string {
  const text = params["uuid"] ?? "";
  const refusal = uuidRefusal(text);
  if (refusal !== undefined) throw new ApiError("invalid_webhook_uuid", `Invalid UUID: ${refusal}`);
  return text;
}
