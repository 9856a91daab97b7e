import { isSelfOrChild } from "../attributes.ts";
import type { EngineSettings } from "../contract.ts";

/** Number of a field path within one index, by order of first appearance. */
export type FieldNumber = number;

/** What the settings say about one field path as far as words are concerned. */
export interface SearchableField {
  readonly number: FieldNumber;
  readonly name: string;
  /** Place of the field in `searchableAttributes`, 0 everywhere for `["*"]`; undefined = not searchable. */
  readonly weight: number | undefined;
  /** Named by `typoTolerance.disableOnAttributes`: found by exact words and prefixes only. */
  readonly isExact: boolean;
}

/** The field paths met so far, with their weights. */
export class SearchableFields {
  /** Highest weight a field can have; undefined when `searchableAttributes` holds `*`. */
  readonly maxWeight: number | undefined;
  /** The list of the settings; undefined when it holds `*`, which makes every field equal. */
  readonly declared: readonly string[] | undefined;
  readonly #exactNames: readonly string[];
  readonly #byName = new Map<string, SearchableField>();
  readonly #all: SearchableField[] = [];

  constructor(settings: Pick<EngineSettings, "searchableAttributes" | "typoTolerance">) {
    const { searchableAttributes } = settings;
    this.declared = searchableAttributes.includes("*") ? undefined : searchableAttributes;
    this.maxWeight = this.declared === undefined ? undefined : Math.max(0, this.declared.length - 1);
    this.#exactNames = settings.typoTolerance.disableOnAttributes;
  }

  /** The field of a path, made known if it is new. */
  of(name: string): SearchableField {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const field = {
      number: this.#all.length,
      name,
      weight: this.#weightOf(name),
      isExact: this.#exactNames.some((exact) => isSelfOrChild(exact, name)),
    };
    this.#byName.set(name, field);
    this.#all.push(field);
    return field;
  }

  at(number: FieldNumber): SearchableField | undefined {
    return this.#all[number];
  }

  /** Searchable fields in order of first appearance. */
  searchable(): (SearchableField & { readonly weight: number })[] {
    return this.#all.flatMap((field) => (field.weight === undefined ? [] : [{ ...field, weight: field.weight }]));
  }

  #weightOf(name: string): number | undefined {
    if (isSelfOrChild("_vectors", name)) return undefined;
    if (this.declared === undefined) return 0;
    const index = this.declared.findIndex((declared) => isSelfOrChild(declared, name));
    return index < 0 ? undefined : index;
  }
}
