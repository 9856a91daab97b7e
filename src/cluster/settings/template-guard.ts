import type { JsonObject, JsonValue } from "../../core/types.ts";
import { RESERVED_PREFIX } from "../../routing/reserved.ts";
import { isObject } from "./json-shape.ts";

/** The template of the server for embedders without one: every searchable field with a value, a line each. */
const DEFAULT_TEMPLATE = template("{{ field.name }}: {{ field.value }}\n");

/** The same without miroir's own fields: with them, every new stamp would cost an embedding. */
const GUARDED_TEMPLATE = template(
  `{% unless field.name contains "${RESERVED_PREFIX}" %}{{ field.name }}: {{ field.value }}\n{% endunless %}`,
);

/** Sources that render documents as text. */
const RENDERING_SOURCES: ReadonlySet<JsonValue> = new Set(["openAi", "huggingFace", "ollama", "rest"]);

function template(line: string): string {
  return `{% for field in fields %}{% if field.is_searchable and field.value != nil %}${line}{% endif %}{% endfor %}`;
}

/** An embedder as nodes get it: where the user has the default template, one that skips miroir's own fields. */
export function guardEmbedder(embedder: JsonValue): JsonValue {
  return mapEmbedder(embedder, (own) => {
    const source = own["source"] ?? "openAi";
    const isFragmented = hasEntries(own["indexingFragments"]) || hasEntries(own["searchFragments"]);
    if (!RENDERING_SOURCES.has(source) || isFragmented) return own;
    const chosen = own["documentTemplate"] ?? DEFAULT_TEMPLATE;
    return { ...own, documentTemplate: chosen === DEFAULT_TEMPLATE ? GUARDED_TEMPLATE : chosen };
  });
}

/** An embedder as the user reads it back: the server's default template in the place of the guarded one. */
export function unguardEmbedder(embedder: JsonValue): JsonValue {
  return mapEmbedder(embedder, (own) =>
    own["documentTemplate"] === GUARDED_TEMPLATE ? { ...own, documentTemplate: DEFAULT_TEMPLATE } : own,
  );
}

/** Changes an embedder and, inside a composite one, that for indexing; searches render no documents. */
function mapEmbedder(embedder: JsonValue, change: (own: JsonObject) => JsonObject): JsonValue {
  if (!isObject(embedder)) return embedder;
  if (embedder["source"] !== "composite") return change(embedder);
  const indexing = embedder["indexingEmbedder"];
  return isObject(indexing) ? { ...embedder, indexingEmbedder: change(indexing) } : embedder;
}

function hasEntries(value: JsonValue | undefined): boolean {
  return isObject(value) && Object.keys(value).length > 0;
}
