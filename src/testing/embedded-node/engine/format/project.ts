import type { JsonObject } from "../../../../core/types.ts";
import type { EngineSearch, EngineSettings } from "../contract.ts";
import { fieldPaths } from "../fields/extract.ts";
import { selectFields } from "./select-fields.ts";

/** Which fields of a document a hit may show. */
export interface FieldSelection {
  /** Every field that may be displayed and exists in the index. */
  readonly displayed: readonly string[];
  /** Those of them that were asked for. */
  readonly retrieved: readonly string[];
}

/**
 * Names are compared whole: with `author` displayed, asking for `author.name` shows nothing, as on the server.
 * `known` are the fields of the whole index; without them those of the document stand in.
 */
export function selectionOf(
  document: JsonObject,
  search: Pick<EngineSearch, "attributesToRetrieve">,
  context: { readonly settings: EngineSettings; readonly known?: Iterable<string> },
): FieldSelection {
  const known = new Set(context.known ?? fieldPaths(document));
  const setting = context.settings.displayedAttributes;
  const displayed = setting.includes("*") ? [...known] : [...new Set(setting)].filter((name) => known.has(name));
  const asked = search.attributesToRetrieve ?? ["*"];
  const retrieved = asked.includes("*") ? displayed : displayed.filter((name) => asked.includes(name));
  return { displayed, retrieved };
}

/** The retrieved fields of a document. Vectors stay hidden unless asked for. */
export function projectDocument(
  document: JsonObject,
  selection: FieldSelection,
  search: Pick<EngineSearch, "retrieveVectors">,
): JsonObject {
  const names = selection.retrieved.filter((name) => name !== "_vectors" && !name.startsWith("_vectors."));
  const shown = selectFields(document, names);
  if (search.retrieveVectors === true) shown["_vectors"] = document["_vectors"] ?? {};
  return shown;
}
