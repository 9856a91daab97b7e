import type { JsonObject, JsonValue } from "../../core/types.ts";
import { isReserved } from "../../routing/reserved.ts";
import { isObject, objectOf, textsOf } from "./json-shape.ts";
import { unguardEmbedder } from "./template-guard.ts";

/**
 * What the user reads back of a node's settings: without miroir's own rule, sort attribute and template guard, and with
 * the displayed attributes and facet limit that the user chose, which a node's settings no longer tell.
 * @param logicalOverrides logical settings; of them `displayedAttributes`, `faceting.maxValuesPerFacet` and `foreignKeys` are used
 */
export function toLogical(physical: JsonObject, logicalOverrides: JsonObject): JsonObject {
  const logical: JsonObject = { ...physical };
  const filterable = physical["filterableAttributes"];
  if (Array.isArray(filterable)) logical["filterableAttributes"] = filterable.filter((rule) => !isOwnRule(rule));
  if (Array.isArray(physical["sortableAttributes"])) {
    logical["sortableAttributes"] = textsOf(physical["sortableAttributes"]).filter((name) => !isReserved(name));
  }
  const displayed = logicalOverrides["displayedAttributes"];
  if (physical["displayedAttributes"] !== undefined && displayed !== undefined) {
    logical["displayedAttributes"] = displayed;
  }
  const facetMax = objectOf(logicalOverrides["faceting"])["maxValuesPerFacet"];
  if (isObject(physical["faceting"]) && facetMax !== undefined) {
    logical["faceting"] = { ...physical["faceting"], maxValuesPerFacet: facetMax };
  }
  const foreignKeys = logicalOverrides["foreignKeys"];
  if (Array.isArray(physical["foreignKeys"]) && Array.isArray(foreignKeys)) logical["foreignKeys"] = foreignKeys;
  if (isObject(physical["embedders"])) logical["embedders"] = unguardAll(physical["embedders"]);
  return logical;
}

/** Only miroir's rule names reserved patterns: `checkSettings` refuses them from users. */
function isOwnRule(rule: JsonValue): boolean {
  if (typeof rule === "string") return isReserved(rule);
  return textsOf(objectOf(rule)["attributePatterns"]).some(isReserved);
}

function unguardAll(embedders: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(embedders).map(([name, embedder]) => [name, unguardEmbedder(embedder)]));
}
