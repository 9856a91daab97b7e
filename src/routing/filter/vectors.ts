import type { Filter, FilterToken, VectorAspect } from "./ast.ts";
import { fatal, mismatch } from "./failure.ts";
import { advance, afterKeywords, between, type Cursor, restOf, skipSpaces, startsWith } from "./lexer.ts";
import { type Parsed, parsed } from "./parsed.ts";
import { parseVectorName, tokenOf, tryVectorName } from "./value.ts";

const ASPECTS = ["userProvided", "documentTemplate", "regenerate"] as const;

/** Reads `_vectors[.embedder[.fragments.name | .userProvided | …]] [NOT] EXISTS`. */
export function parseVectors(cursor: Cursor): Parsed<Filter> {
  const subject = parseSubject(cursor);
  if (!subject.ok) return subject;
  const filter: Filter = { kind: "vectors", ...subject.value };
  const exists = afterKeywords(subject.rest, ["EXISTS"]);
  if (exists !== undefined) return parsed(filter, exists);
  const absent = afterKeywords(subject.rest, ["NOT", "EXISTS"]);
  if (absent !== undefined) return parsed({ kind: "not", operand: filter }, absent);
  return fatal(restOf(subject.rest), { kind: "vectorOperation" });
}

interface Subject {
  readonly attribute: FilterToken;
  readonly embedder: FilterToken | undefined;
  readonly aspect: VectorAspect;
}

function parseSubject(cursor: Cursor): Parsed<Subject> {
  const start = skipSpaces(cursor);
  if (!startsWith(start, "_vectors")) return mismatch(restOf(start));
  const named = advance(start, "_vectors".length);
  const attribute = tokenOf(between(start, named));
  const spaced = skipSpaces(named);
  if (spaced.at > named.at) return parsed({ attribute, embedder: undefined, aspect: "any" }, spaced);
  if (!startsWith(named, ".")) return mismatch(restOf(named));
  const dotted = advance(named, 1);
  if (startsWith(dotted, " ")) return fatal(between(dotted, advance(dotted, 1)), { kind: "vectorNoEmbedder" });
  const embedder = parseVectorName(dotted, "vectorBadEmbedder");
  if (!embedder.ok) return embedder;
  const aspect = parseAspect(embedder.rest);
  if (!aspect.ok) return aspect;
  const end = skipSpaces(aspect.rest);
  if (end.at === aspect.rest.at) return fatal(restOf(end), { kind: "vectorLeftover" });
  return parsed({ attribute, embedder: embedder.value, aspect: aspect.value }, end);
}

function parseAspect(cursor: Cursor): Parsed<VectorAspect> {
  const aspect = parseSuffix(cursor);
  if (!aspect.ok || !startsWith(aspect.rest, ".")) return aspect;
  const after = advance(aspect.rest, 1);
  const extra = tryVectorName(after);
  const span = extra.ok ? extra.value.span : between(aspect.rest, after);
  const found = extra.ok ? extra.value.value : ".";
  return fatal(span, { kind: "vectorSuffix", previous: suffixName(aspect.value), found });
}

function parseSuffix(cursor: Cursor): Parsed<VectorAspect> {
  if (startsWith(cursor, ".fragments")) {
    const after = advance(cursor, ".fragments".length);
    if (!startsWith(after, ".")) return fatal(restOf(after), { kind: "vectorNoFragment" });
    return parseVectorName(advance(after, 1), "vectorBadFragment");
  }
  for (const aspect of ASPECTS) {
    if (startsWith(cursor, `.${aspect}`)) return parsed(aspect, advance(cursor, aspect.length + 1));
  }
  return parsed("any", cursor);
}

function suffixName(aspect: VectorAspect): string | undefined {
  if (aspect === "any") return undefined;
  return typeof aspect === "string" ? aspect : "fragments";
}
