import fc from "fast-check";
import type { JsonObject } from "../../../src/core/types.ts";
import { searches } from "./searches.ts";

/** Windows from a few hits to deep pages, in both forms. */
const windows: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ offset: fc.constant(0), limit: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ offset: fc.integer({ min: 0, max: 260 }), limit: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ page: fc.integer({ min: 1, max: 12 }), hitsPerPage: fc.integer({ min: 1, max: 25 }) }),
);

/** Searches whose windows are deeper, and cut more lists off, than most. */
export const pagedSearches: fc.Arbitrary<JsonObject> = fc
  .tuple(searches, windows)
  .map(([{ offset: _, limit: __, page: ___, hitsPerPage: ____, ...search }, window]) => ({ ...search, ...window }));
