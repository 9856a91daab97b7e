import { rewordScriptError } from "../routing/edition/guard-script.ts";

/** Names that the physical settings add to the lists in a node's error texts, which quote each name or the whole list. */
const RESERVED_NAMES: readonly RegExp[] = [/`_miroir_[a-z_*]*`(, )?/g, /_miroir_[a-z_*]*, /g, /, _miroir_[a-z_*]*/g];

/** The lists that a node prints, and what it says when the user's own list is empty. */
const EMPTY_LISTS: readonly (readonly [RegExp, string])[] = [
  [/Available filterable attribute patterns are: \./, "This index does not have configured filterable attributes."],
  [/Available filterable attributes patterns are: \./, "This index does not have configured filterable attributes."],
  [/Available filterable attributes are: \./, "This index does not have configured filterable attributes."],
  [/Available sortable attributes are: \./, "This index does not have configured sortable attributes."],
];

/** The nodes' `filterableAttributes` begin with a rule of miroir's own, which the user's do not have. */
const OWN_RULES = /(?<=filterableAttributes[\s\S]*|match(?:ed|es) )rule #(\d+)/g;
const OWN_RULE = /match(?:ed|es) rule #\d+ in `?filterableAttributes/;

/** Patterns for the later generations of an index, which the keys on the nodes have and the user's have not. */
const GENERATION_PATTERNS = /, "[^"]*__g\*"/g;

/** An index as the server's error texts name it. */
const NAMED_INDEX = /\b([Ii]ndex) `([A-Za-z0-9_-]+)`/g;

/** Knows indexes by their names on the nodes. */
export interface IndexNames {
  logicalUid(physical: string): string;
}

/**
 * Takes miroir's own attributes out of a node's error body, so that it reads as on a server without them, and calls
 * indexes what users call them when it is told the `names`.
 */
export function wordLogically<T>(body: T, names?: IndexNames): T {
  const { message, code } = (body ?? {}) as { message?: unknown; code?: unknown };
  if (typeof message !== "string") return body;
  if (code === "edit_documents_by_function_error") return { ...body, message: rewordScriptError(message) };
  const worded = isTouched(message) ? wordMessage(message) : message;
  const named =
    names === undefined
      ? worded
      : worded.replaceAll(NAMED_INDEX, (_, what: string, uid: string) => `${what} \`${names.logicalUid(uid)}\``);
  return named === message ? body : { ...body, message: named };
}

function isTouched(message: string): boolean {
  return message.includes("_miroir_") || message.includes('__g*"') || OWN_RULE.test(message);
}

/** See {@link wordLogically}. */
export function wordMessage(message: string): string {
  let worded = message.replaceAll(GENERATION_PATTERNS, "");
  for (const names of RESERVED_NAMES) worded = worded.replace(names, "");
  worded = worded.replace(/, (?=\.)/g, "").replaceAll(OWN_RULES, (_, rule: string) => `rule #${Number(rule) - 1}`);
  for (const [list, sentence] of EMPTY_LISTS) worded = worded.replace(list, sentence);
  return worded;
}
