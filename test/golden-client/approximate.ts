import type { Rule, Side } from "./rule.ts";

/** An answer whose metadata says why it is not exact: documents, totals and facets may differ, its shape may not. */
export const approximate: Rule = {
  name: "approximate, and the metadata says why",
  apply({ recorded, given }) {
    if ((given.reasons ?? []).length === 0) return undefined;
    return { recorded: shapeOf(recorded), given: shapeOf(given) };
  },
};

function shapeOf(side: Side): Side {
  return { ...side, body: Object.keys(side.body as object).sort() };
}
