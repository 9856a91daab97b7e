import type { JsonObject } from "../../../core/types.ts";

/** The order in which an index shows the fields of its documents: primary key first, then by first appearance anywhere. */
export class FieldOrder {
  readonly #places = new Map<string, number>();

  constructor(primaryKey: string | null) {
    if (primaryKey !== null) this.#places.set(primaryKey, 0);
  }

  /** A copy of a document with its fields in order; fields not met before are put last. */
  arrange(document: JsonObject): JsonObject {
    for (const name of Object.keys(document)) if (!this.#places.has(name)) this.#places.set(name, this.#places.size);
    const place = (name: string): number => this.#places.get(name) ?? 0;
    return Object.fromEntries(Object.entries(document).sort(([a], [b]) => place(a) - place(b)));
  }
}
