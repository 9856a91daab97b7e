import { KeyStore } from "./auth/key-store.ts";
import { ExperimentalFeatures } from "./experimental-features.ts";
import type { HeldClock } from "./held-clock.ts";
import { indexNotFound } from "./http/api-error.ts";
import { EmbeddedIndex } from "./indexes/embedded-index.ts";
import { Network } from "./network.ts";
import { RuleStore } from "./search-rules/rule-store.ts";
import { seededUids } from "./seeded-uids.ts";
import { TaskQueue } from "./tasks/task-queue.ts";
import { WebhookStore } from "./webhook-store.ts";

/** How a node is set up; all of it is fixed for the node's life. */
export interface NodeSettings {
  readonly masterKey: string | undefined;
  readonly payloadLimitBytes: number;
  taskDelayMs(): number;
  readonly clock: HeldClock;
  /** Decides the uids that the node makes up. */
  readonly uidSeed: string;
}

/** Everything a node knows: what a restart without data loses. */
export class NodeState {
  readonly settings: NodeSettings;
  readonly keys: KeyStore;
  readonly newUid: () => string;
  readonly tasks: TaskQueue;
  readonly features = new ExperimentalFeatures();
  readonly rules = new RuleStore();
  readonly webhooks = new WebhookStore();
  readonly network = new Network();
  readonly indexByUid = new Map<string, EmbeddedIndex>();
  /** When a task last changed something; `null` on a node that never ran one. */
  lastUpdate: number | null = null;

  constructor(settings: NodeSettings) {
    this.settings = settings;
    this.newUid = seededUids(settings.uidSeed);
    this.keys = new KeyStore({ masterKey: settings.masterKey, now: settings.clock.now(), newUid: this.newUid });
    this.tasks = new TaskQueue({ delayMs: settings.taskDelayMs, clock: settings.clock });
  }

  /** The index, or the refusal that it does not exist. */
  index(uid: string): EmbeddedIndex {
    const index = this.indexByUid.get(uid);
    if (index === undefined) throw indexNotFound(uid);
    return index;
  }

  /** The index, made if it is missing and may be made. */
  indexForWrite(uid: string, mayCreate: boolean): EmbeddedIndex {
    const existing = this.indexByUid.get(uid);
    if (existing !== undefined) return existing;
    if (!mayCreate) throw indexNotFound(uid);
    return this.createIndex(uid, null);
  }

  createIndex(uid: string, primaryKey: string | null): EmbeddedIndex {
    const index = new EmbeddedIndex(uid, primaryKey, this.settings.clock.now());
    this.indexByUid.set(uid, index);
    return index;
  }

  /** Indexes in alphabetical order. */
  indexes(): EmbeddedIndex[] {
    return [...this.indexByUid.values()].sort((a, b) => (a.uid < b.uid ? -1 : 1));
  }

  /** Notes that an index was written to. */
  touch(index: EmbeddedIndex): void {
    index.updatedAt = this.settings.clock.now();
    this.lastUpdate = index.updatedAt;
  }
}
