import type { JsonObject } from "../../../core/types.ts";
import { collectFieldNames } from "../documents/field-names.ts";
import { stageVectors, type UserEmbedder, userEmbedders } from "../documents/vectors.ts";
import type { Docid, SearchEngine } from "../engine/contract.ts";
import { engineSettings, type StoredSettings } from "../settings/stored-settings.ts";
import { DocidPool } from "./docid-pool.ts";
import { createEngine } from "./engine-factory.ts";

/** One index of the node: documents by id text over the engine that searches them by number. */
export class EmbeddedIndex {
  uid: string;
  readonly createdAt: number;
  updatedAt: number;
  readonly engine: SearchEngine;
  #primaryKey: string | null;
  #settings: StoredSettings = {};
  readonly #docidById = new Map<string, Docid>();
  readonly #pool = new DocidPool();
  readonly #fieldRank = new Map<string, number>();
  readonly #knownFields = new Set<string>();

  constructor(uid: string, primaryKey: string | null, now: number) {
    this.uid = uid;
    this.#primaryKey = primaryKey;
    this.createdAt = now;
    this.updatedAt = now;
    this.engine = createEngine(engineSettings({}), primaryKey);
    if (primaryKey !== null) this.#rankOf(primaryKey);
  }

  get primaryKey(): string | null {
    return this.#primaryKey;
  }

  set primaryKey(primaryKey: string | null) {
    if (primaryKey !== null) this.#rankOf(primaryKey);
    this.#primaryKey = primaryKey;
    this.engine.configure(engineSettings(this.#settings), primaryKey);
  }

  get settings(): StoredSettings {
    return this.#settings;
  }

  /** Takes new settings over, or throws and keeps the old ones when the documents do not fit them. */
  configure(settings: StoredSettings): void {
    const embedders = userEmbedders(settings);
    const isNewEmbedder = JSON.stringify(embedders) !== JSON.stringify(userEmbedders(this.#settings));
    const staged = isNewEmbedder ? this.#withVectors(embedders) : new Map<string, JsonObject>();
    this.#settings = settings;
    this.engine.configure(engineSettings(settings), this.#primaryKey);
    for (const [id, document] of staged) this.put(id, document);
  }

  get size(): number {
    return this.#docidById.size;
  }

  get sortableAttributes(): readonly string[] {
    return engineSettings(this.#settings).sortableAttributes;
  }

  /** How deep searches may page. */
  get maxTotalHits(): number {
    return engineSettings(this.#settings).pagination.maxTotalHits;
  }

  /** Dotted names of all fields that documents have or had. */
  get knownFields(): ReadonlySet<string> {
    return this.#knownFields;
  }

  docidOf(id: string): Docid | undefined {
    return this.#docidById.get(id);
  }

  get(id: string): JsonObject | undefined {
    const docid = this.#docidById.get(id);
    return docid === undefined ? undefined : this.engine.get(docid);
  }

  /** Documents in the order of their numbers. */
  *documents(): IterableIterator<JsonObject> {
    for (const docid of this.engine.select(undefined, "internal")) {
      const document = this.engine.get(docid);
      if (document !== undefined) yield document;
    }
  }

  /** Stores a document whole, in place of the one with the same id. */
  put(id: string, document: JsonObject): void {
    const docid = this.#docidById.get(id) ?? this.#pool.take();
    this.#docidById.set(id, docid);
    collectFieldNames(document, this.#knownFields);
    this.engine.put(docid, this.#inFieldOrder(document));
  }

  /** Removes documents by id; answers how many there were. */
  removeAll(ids: Iterable<string>): number {
    const freed: Docid[] = [];
    for (const id of ids) {
      const docid = this.#docidById.get(id);
      if (docid === undefined) continue;
      this.#docidById.delete(id);
      this.engine.remove(docid);
      freed.push(docid);
    }
    this.#pool.give(freed);
    return freed.length;
  }

  /** Removes documents by number; answers how many there were. */
  removeDocids(docids: Iterable<Docid>): number {
    const wanted = new Set(docids);
    return this.removeAll([...this.#docidById].flatMap(([id, docid]) => (wanted.has(docid) ? [id] : [])));
  }

  /** Removes every document; answers how many there were. */
  clear(): number {
    const { size } = this;
    this.engine.clear();
    this.#docidById.clear();
    this.#pool.clear();
    return size;
  }

  #withVectors(embedders: readonly UserEmbedder[]): Map<string, JsonObject> {
    const staged = new Map([...this.#docidById].map(([id, docid]) => [id, this.engine.get(docid) ?? {}]));
    stageVectors({ staged, stored: () => undefined, embedders, indexUid: this.uid });
    return staged;
  }

  /** The server stores members by field number, and fields are numbered as they first appear in the index. */
  #inFieldOrder(document: JsonObject): JsonObject {
    const ranked = Object.entries(document).map(([name, value]) => ({ name, value, rank: this.#rankOf(name) }));
    ranked.sort((a, b) => a.rank - b.rank);
    return Object.fromEntries(ranked.map(({ name, value }) => [name, value]));
  }

  #rankOf(name: string): number {
    const known = this.#fieldRank.get(name);
    if (known !== undefined) return known;
    this.#fieldRank.set(name, this.#fieldRank.size);
    return this.#fieldRank.size - 1;
  }
}
