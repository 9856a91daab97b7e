import type { JsonObject } from "../core/types.ts";
import { isTextList } from "./answer-shape.ts";
import { type AddedPath, coversPath } from "./attribute-path.ts";

/** What a plan says of attributes that only the merge needs. */
interface Extras {
  readonly hitExtras: readonly AddedPath[];
  readonly formattedExtras: readonly AddedPath[];
}

/** A node's request and its plan. */
interface Planned<P> {
  readonly body: JsonObject;
  readonly plan: P;
}

/** Lets hits carry their id, for merges of lists that may hold the same document. */
export function withPrimaryKey<P extends Extras>(
  request: JsonObject,
  planned: Planned<P>,
  primaryKey: string | null,
): Planned<P> {
  const { body, plan } = planned;
  const retrieved = body["attributesToRetrieve"] ?? null;
  if (primaryKey === null || !isTextList(retrieved)) return planned;
  if (retrieved.some((name) => coversPath(name, primaryKey))) return planned;
  const formatted = ["attributesToHighlight", "attributesToCrop"].flatMap((field) => {
    const names = request[field];
    return isTextList(names) ? names.map((name) => name.replace(/:\d*$/, "")) : [];
  });
  const isFormatted = formatted.some((name) => coversPath(name, primaryKey));
  const [top = ""] = primaryKey.split(".", 1);
  const added = { path: primaryKey, hasSiblings: retrieved.some((name) => name.split(".", 1)[0] === top) };
  return {
    body: { ...body, attributesToRetrieve: [...retrieved, primaryKey] },
    plan: {
      ...plan,
      hitExtras: [...plan.hitExtras, added],
      formattedExtras: isFormatted ? plan.formattedExtras : [...plan.formattedExtras, added],
    },
  };
}
