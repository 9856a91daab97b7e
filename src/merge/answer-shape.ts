import { MiroirError } from "../core/errors.ts";
import type { JsonObject } from "../core/types.ts";

/** The error for a node's answer that does not have the shape the merge relies on: the merge refuses rather than guesses. */
export function badAnswer(what: string): MiroirError {
  return new MiroirError("miroir_bad_answer", `A node's answer cannot be merged: ${what}.`, { status: 502 });
}

/** True for a JSON object, false for arrays and null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `value` as an object, or the bad-answer error naming it. */
export function objectOf(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw badAnswer(`${what} is not an object`);
  return value;
}

/** `value` as a list of objects, or the bad-answer error naming it. */
export function objectsOf(value: unknown, what: string): JsonObject[] {
  if (!Array.isArray(value) || !value.every(isObject)) throw badAnswer(`${what} is not a list of objects`);
  return value;
}

/** `value` as a number, or the bad-answer error naming it. */
export function numberOf(value: unknown, what: string): number {
  if (typeof value !== "number") throw badAnswer(`${what} is not a number`);
  return value;
}

/** True for a list of texts. */
export function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
