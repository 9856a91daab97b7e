import { createHmac } from "node:crypto";
import type { JsonObject } from "../../../core/types.ts";
import type { Action } from "./actions.ts";

/** An API key; times are milliseconds since 1970. */
export interface ApiKey {
  readonly uid: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly actions: readonly Action[];
  readonly indexes: readonly string[];
  readonly expiresAt: Expiry | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** When a key ends, and how that is shown. */
export interface Expiry {
  readonly atMs: number;
  readonly text: string;
}

type DefaultKey = Pick<ApiKey, "name" | "description" | "actions">;

/** Keys that every node with a master key starts with, oldest first. */
const DEFAULT_KEYS: readonly DefaultKey[] = [
  {
    name: "Default Chat API Key",
    description: "Use it to chat and search from the frontend",
    actions: ["chatCompletions", "search"],
  },
  {
    name: "Default Read-Only Admin API Key",
    description:
      "Use it to read information across the whole database. Caution! Do not expose this key on a public frontend",
    actions: ["*.get", "keys.get"],
  },
  {
    name: "Default Admin API Key",
    description: "Use it for anything that is not a search operation. Caution! Do not expose it on a public frontend",
    actions: ["*"],
  },
  { name: "Default Search API Key", description: "Use it to search from the frontend", actions: ["search"] },
];

/** What the first keys of a node are made of. */
export interface KeyStoreOptions {
  /** Without one there are no keys. */
  readonly masterKey: string | undefined;
  readonly now: number;
  readonly newUid: () => string;
}

/** The node's API keys; their texts follow from the master key. */
export class KeyStore {
  readonly masterKey: string | undefined;
  readonly #keyByUid = new Map<string, ApiKey>();

  constructor({ masterKey, now, newUid }: KeyStoreOptions) {
    this.masterKey = masterKey;
    if (masterKey === undefined) return;
    for (const key of DEFAULT_KEYS) {
      this.put({ ...key, uid: newUid(), indexes: ["*"], expiresAt: null, createdAt: now, updatedAt: now });
    }
  }

  put(key: ApiKey): void {
    this.#keyByUid.set(key.uid, key);
  }

  get(uid: string): ApiKey | undefined {
    return this.#keyByUid.get(uid);
  }

  delete(uid: string): boolean {
    return this.#keyByUid.delete(uid);
  }

  /** Newest first. */
  list(): ApiKey[] {
    return [...this.#keyByUid.values()].reverse();
  }

  /** By uid or by the text of the key. */
  find(uidOrKey: string): ApiKey | undefined {
    return this.get(uidOrKey) ?? this.list().find((key) => this.textOf(key.uid) === uidOrKey);
  }

  /** The text that stands for a key in the authorization header: hex(HMAC-SHA256(master key, uid)). */
  textOf(uid: string): string {
    return createHmac("sha256", this.masterKey ?? "")
      .update(uid)
      .digest("hex");
  }

  /** A key as the key routes show it. */
  view(key: ApiKey): JsonObject {
    return {
      name: key.name,
      description: key.description,
      key: this.textOf(key.uid),
      uid: key.uid,
      actions: [...key.actions],
      indexes: [...key.indexes],
      expiresAt: key.expiresAt?.text ?? null,
      createdAt: new Date(key.createdAt).toISOString(),
      updatedAt: new Date(key.updatedAt).toISOString(),
    };
  }
}
