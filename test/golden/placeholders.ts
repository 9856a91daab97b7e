import { createHmac } from "node:crypto";
import { generateTenantToken } from "meilisearch/token";
import type { Step } from "./scenario.ts";

/** Key of every node that recordings are replayed on. */
export const MASTER_KEY = "masterKey";

/** The names that recordings put in the place of key texts, tokens, moments and earlier answers' values. */
export class Placeholders {
  readonly #valueByName = new Map<string, string>();

  /** Keeps the values that later steps refer to. */
  capture(step: Step, body: unknown): void {
    for (const [name, path] of Object.entries(step.capture ?? {})) {
      const value = path.split(".").reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], body);
      if (typeof value === "string") this.#valueByName.set(name, value);
    }
  }

  /** Puts captured values, key texts and, if asked to, moments in the place of their names. */
  fill(value: unknown, options: { soon?: boolean } = {}): unknown {
    if (typeof value === "string") return this.#fillText(value, options);
    if (Array.isArray(value)) return value.map((item) => this.fill(item, options));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.fill(item, options)]));
  }

  /** The headers of a step's request, with its keys and tokens. */
  async fillHeaders(request: Step["request"]): Promise<Record<string, string>> {
    const entries = Object.entries(request.headers ?? {}).map(async ([name, value]) => {
      return [name, await this.#fillHeader(value, request)] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  async #fillHeader(value: string, { tenantToken }: Step["request"]): Promise<string> {
    if (!/<token:[^>]+>/.test(value)) return this.#fillText(value, {});
    if (tenantToken === undefined) throw new Error(`a step names ${value} but has no tenantToken`);
    const options = { apiKey: keyText(tenantToken.apiKeyUid), force: true, ...tenantToken };
    const filled = this.fill(options) as Parameters<typeof generateTenantToken>[0];
    return value.replace(/<token:[^>]+>/, await generateTenantToken(filled));
  }

  #fillText(text: string, options: { soon?: boolean }): string {
    const soon = new Date(Math.floor(Date.now() / 1000) * 1000 + 3000).toISOString().replace(".000Z", "Z");
    return text
      .replace(/<key:([^>]+)>/g, (_, uid: string) => keyText(uid))
      .replace(/<soon>/g, (name) => (options.soon === true ? soon : name))
      .replace(/<([a-zA-Z0-9]+)>/g, (name, key: string) => this.#valueByName.get(key) ?? name);
  }
}

function keyText(uid: string): string {
  return createHmac("sha256", MASTER_KEY).update(uid).digest("hex");
}
