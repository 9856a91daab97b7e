import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { ApiError } from "../http/api-error.ts";
import type { Reader } from "../validation/place.ts";
import {
  anyValue,
  boolean,
  float,
  nullable,
  object,
  oneOf,
  recordOf,
  string,
  unsigned,
} from "../validation/readers.ts";
import type { Setting } from "./setting.ts";

const CODE = "invalid_settings_embedders";

interface Embedder {
  source?: string | null;
  model?: string | null;
  revision?: string | null;
  pooling?: string | null;
  apiKey?: string | null;
  dimensions?: number | null;
  binaryQuantized?: boolean | null;
  documentTemplate?: string | null;
  documentTemplateMaxBytes?: number | null;
  url?: string | null;
  indexingFragments?: JsonValue;
  searchFragments?: JsonValue;
  request?: JsonValue;
  response?: JsonValue;
  headers?: Record<string, string> | null;
  searchEmbedder?: JsonValue;
  indexingEmbedder?: JsonValue;
  distribution?: { mean: number; sigma: number } | null;
}

const readEmbedder = object<Embedder>({
  source: { read: nullable(oneOf(["openAi", "huggingFace", "ollama", "userProvided", "rest", "composite"])) },
  model: { read: nullable(string) },
  revision: { read: nullable(string) },
  pooling: { read: nullable(oneOf(["useModel", "forceMean", "forceCls"])) },
  apiKey: { read: nullable(string) },
  dimensions: { read: nullable(unsigned) },
  binaryQuantized: { read: nullable(boolean) },
  documentTemplate: { read: nullable(string) },
  documentTemplateMaxBytes: { read: nullable(unsigned) },
  url: { read: nullable(string) },
  indexingFragments: { read: anyValue },
  searchFragments: { read: anyValue },
  request: { read: anyValue },
  response: { read: anyValue },
  headers: { read: nullable(recordOf(string)) },
  searchEmbedder: { read: anyValue },
  indexingEmbedder: { read: anyValue },
  distribution: {
    read: nullable(
      object<{ mean: number; sigma: number }>({
        mean: { read: float, required: CODE },
        sigma: { read: float, required: CODE },
      }),
    ),
  },
});

/** Members an embedder of the source `userProvided` may have, in the order in which they are shown. */
const USER_PROVIDED = ["source", "dimensions", "binaryQuantized", "distribution"];

const readEmbedders = recordOf(nullable(readEmbedder));

/** Embedders by name. Only `userProvided` ones are understood; others are kept and read back, never called. */
export const embedders: Reader<JsonValue> = (value, place) => {
  const byName = readEmbedders(value, place);
  for (const [name, embedder] of Object.entries(byName)) if (embedder !== null) checkEmbedder(name, embedder);
  const sorted = Object.entries(byName).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted) as JsonObject;
};

/** Members that were sent win; an embedder sent as `null` is removed. */
export const mergeEmbedders: NonNullable<Setting["merge"]> = (kept, sent) => {
  const merged: JsonObject = { ...(kept as JsonObject | undefined) };
  for (const [name, change] of Object.entries(sent as JsonObject)) {
    if (change === null) delete merged[name];
    else merged[name] = inShownOrder({ ...(merged[name] as JsonObject | undefined), ...(change as JsonObject) });
  }
  return Object.fromEntries(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)));
};

function inShownOrder(embedder: JsonObject): JsonObject {
  const rank = (name: string): number => (USER_PROVIDED.includes(name) ? USER_PROVIDED.indexOf(name) : 1);
  return Object.fromEntries(Object.entries(embedder).sort(([a], [b]) => rank(a) - rank(b)));
}

function checkEmbedder(name: string, embedder: Embedder): void {
  const refuse = (words: string): ApiError => new ApiError(CODE, words);
  if (embedder.dimensions === 0) {
    throw refuse(`\`.embedders.${name}.dimensions\`: \`dimensions\` cannot be zero`);
  }
  checkTemplate(name, embedder.documentTemplate ?? "");
  if (embedder.source !== "userProvided") return;
  const foreign = Object.keys(embedder).find((member) => !USER_PROVIDED.includes(member));
  if (foreign !== undefined) {
    throw refuse(
      `\`.embedders.${name}\`: Field \`${foreign}\` unavailable for source \`userProvided\`.${notes(foreign)}`,
    );
  }
  if (typeof embedder.dimensions !== "number") {
    throw refuse(
      `\`.embedders.${name}\`: Missing field \`dimensions\` (note: this field is mandatory for source \`userProvided\`)`,
    );
  }
}

const SOURCES_BY_MEMBER: Readonly<Record<string, readonly string[]>> = {
  model: ["openAi", "huggingFace", "ollama"],
  revision: ["huggingFace"],
  pooling: ["huggingFace"],
  apiKey: ["openAi", "ollama", "rest"],
  documentTemplate: ["huggingFace", "openAi", "ollama", "rest"],
  documentTemplateMaxBytes: ["huggingFace", "openAi", "ollama", "rest"],
  url: ["openAi", "ollama", "rest"],
  request: ["rest"],
  response: ["rest"],
  headers: ["rest"],
};

function notes(member: string): string {
  const quote = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(", ");
  const allowed = ["source", "dimensions", "distribution", "binaryQuantized"];
  return (
    `\n  - note: \`${member}\` is available for sources: ${quote(SOURCES_BY_MEMBER[member] ?? [])}` +
    `\n  - note: available fields for source \`userProvided\`: ${quote(allowed)}`
  );
}

/** The one mistake in a template that is looked for: an output that is never closed. */
function checkTemplate(name: string, template: string): void {
  const open = template.lastIndexOf("{{");
  if (open === -1 || template.includes("}}", open)) return;
  const before = template.slice(0, open + 2);
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  const text = template.split("\n")[line - 1] ?? "";
  const pointer = `  |\n${line} | ${text}\n  | ${" ".repeat(column - 1)}^---\n  |\n  = expected Literal\n`;
  throw new ApiError(
    CODE,
    `\`.embedders.${name}.documentTemplate\`: Invalid template: user error: cannot parse template: liquid:  --> ${line}:${column}\n${pointer}.`,
  );
}
