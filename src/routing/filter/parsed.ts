import type { Failure } from "./failure.ts";
import type { Cursor } from "./lexer.ts";

/** Outcome of one part of the grammar: what was read and where to go on, or why it did not fit. */
export type Parsed<T> = { readonly ok: true; readonly value: T; readonly rest: Cursor } | Failure;

/** A part that was read. */
export function parsed<T>(value: T, rest: Cursor): Parsed<T> {
  return { ok: true, value, rest };
}
