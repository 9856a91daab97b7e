import type { JsonObject } from "../../core/types.ts";
import { ApiError } from "./http/api-error.ts";
import { urlProblem } from "./url-problem.ts";

/** A webhook; the embedded node keeps it and shows it, and never calls it. */
export interface Webhook {
  readonly uuid: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a request asks to change; `null` = take away. */
export interface WebhookChange {
  url?: string | null;
  headers?: Record<string, string | null> | null;
}

const MOST_WEBHOOKS = 20;
const MOST_HEADERS = 200;

/** The webhooks of one node. */
export class WebhookStore {
  readonly #webhookByUuid = new Map<string, Webhook>();

  list(): Webhook[] {
    return [...this.#webhookByUuid.values()].sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
  }

  get(uuid: string): Webhook {
    const webhook = this.#webhookByUuid.get(uuid);
    if (webhook === undefined) throw new ApiError("webhook_not_found", `Webhook \`${uuid}\` not found.`);
    return webhook;
  }

  create(uuid: string, change: WebhookChange): Webhook {
    if (this.#webhookByUuid.size >= MOST_WEBHOOKS) {
      throw new ApiError(
        "invalid_webhooks",
        "Defining too many webhooks would crush the server. Please limit the number of webhooks to 20. You may use a third-party proxy server to dispatch events to more than 20 endpoints.",
      );
    }
    return this.#put({ uuid, url: "", headers: {} }, change);
  }

  update(uuid: string, change: WebhookChange): Webhook {
    return this.#put(this.get(uuid), change);
  }

  delete(uuid: string): void {
    this.get(uuid);
    this.#webhookByUuid.delete(uuid);
  }

  #put(before: Webhook, change: WebhookChange): Webhook {
    const url = change.url === undefined ? before.url : (change.url ?? "");
    const headers = change.headers === null ? {} : mergeHeaders(before.headers, change.headers ?? {});
    const webhook = { uuid: before.uuid, url, headers };
    check(webhook);
    this.#webhookByUuid.set(webhook.uuid, webhook);
    return webhook;
  }
}

/** A webhook as its routes show it; credentials are cut short. */
export function webhookView({ uuid, url, headers }: Webhook): JsonObject {
  const shown = Object.entries(headers).map(([name, value]) => {
    return [name, name.toLowerCase() === "authorization" ? hiddenCredential(value) : value] as const;
  });
  return { uuid, isEditable: true, url, headers: Object.fromEntries(shown) };
}

function mergeHeaders(
  before: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const merged = Object.entries({ ...before, ...change }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return Object.fromEntries(merged.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function check({ uuid, url, headers }: Webhook): void {
  if (url === "") throw new ApiError("invalid_webhook_url", `The URL for the webhook \`${uuid}\` is missing.`);
  if (Object.keys(headers).length > MOST_HEADERS) {
    throw new ApiError(
      "invalid_webhook_headers",
      `Too many headers for the webhook \`${uuid}\`. Please limit the number of headers to 200. Hint: To remove an already defined header set its value to \`null\``,
    );
  }
  const wrong = Object.keys(headers).find((name) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name));
  if (wrong !== undefined) {
    throw new ApiError("invalid_webhook_headers", `Invalid header name \`${wrong}\`: invalid HTTP header name`);
  }
  const problem = urlProblem(url);
  if (problem !== undefined) throw new ApiError("invalid_webhook_url", `Invalid URL \`${url}\`: ${problem}`);
}

/** Keeps the scheme and, of longer secrets, the first few characters. */
function hiddenCredential(value: string): string {
  const start = value.startsWith("Bearer ") ? "Bearer ".length : 0;
  const length = value.length - start;
  if (length < 10) return `${value.slice(0, start)}XXX...`;
  if (length < 20) return `${value.slice(0, start + 2)}XXXX...`;
  return length < 30 ? `${value.slice(0, start + 3)}XXXXX...` : `${value.slice(0, start + 5)}XXXXXX...`;
}
