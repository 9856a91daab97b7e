import type { EngineSettings } from "../contract.ts";
import type { DocSet } from "../doc-set.ts";
import type { FieldIndex } from "../fields/field-index.ts";

/** What a filter is judged against. */
export interface FilterContext {
  readonly index: FieldIndex;
  readonly settings: EngineSettings;
  /**
   * The documents that operands before this one left; ranges give only documents among them. It decides nothing but
   * when a conjunction is empty, and so whether what is wrong with its other operands is reported.
   */
  readonly universe?: DocSet;
}

/** The documents of a set that are still in question. */
export function within({ universe }: FilterContext, set: DocSet): DocSet {
  return universe === undefined ? set : set.and(universe);
}
