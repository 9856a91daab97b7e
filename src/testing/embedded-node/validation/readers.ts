import type { JsonValue } from "../../../core/types.ts";
import { atIndex, atKey, type Place, type Reader } from "./place.ts";
import { immutableKey, invalidValue, missingField, unknownKey, unknownValue, wrongKind } from "./refusal.ts";

/** One member of an object: how to read it, its error code, and what happens when it is absent. */
export interface Field<T> {
  readonly read: Reader<T>;
  /** Error code of the member and of everything inside it; the object's own when absent. */
  readonly code?: string;
  /** Error code when the member is absent; absent = the member may be left out. */
  readonly required?: string;
}

/** Members by name, in the order the server lists them. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>> };

/** What an object does with members it does not know. */
export interface ObjectOptions {
  /** Members that exist but cannot be changed → the code of that refusal. */
  readonly immutable?: Readonly<Record<string, string>>;
  /** Accept any further member and leave it out. */
  readonly open?: boolean;
}

/** Any JSON value as it stands. */
export const anyValue: Reader<JsonValue> = (value) => value as JsonValue;

/** A string. */
export const string: Reader<string> = (value, place) => {
  if (typeof value !== "string") throw wrongKind(value, "a string", place);
  return value;
};

/** A boolean. */
export const boolean: Reader<boolean> = (value, place) => {
  if (typeof value !== "boolean") throw wrongKind(value, "a boolean", place);
  return value;
};

/** An integer from 0. */
export const unsigned: Reader<number> = (value, place) => {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    throw wrongKind(value, "a positive integer", place);
  }
  return value;
};

/** An integer from 1. */
export const positive: Reader<number> = (value, place) => {
  const number = unsigned(value, place);
  if (number > 0) return number;
  const words = "a non-zero integer value lower than `18446744073709551615` was expected, but found a zero";
  throw invalidValue(words, place);
};

/** An integer from 0 to 255. */
export const byte: Reader<number> = (value, place) => {
  const number = unsigned(value, place);
  if (number > 255) {
    throw invalidValue(
      `value: \`${number}\` is too large to be deserialized, maximum value authorized is \`255\``,
      place,
    );
  }
  return number;
};

/** Any number. */
export const float: Reader<number> = (value, place) => {
  if (typeof value !== "number") throw wrongKind(value, "a number", place);
  return value;
};

/** `null`, or what the inner reader takes. */
export function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (value, place) => (value === null ? null : read(value, place));
}

/** An array whose items all pass the inner reader. */
export function arrayOf<T>(read: Reader<T>): Reader<T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw wrongKind(value, "an array", place);
    return value.map((item, index) => read(item, atIndex(place, index)));
  };
}

/** An object with free keys whose values all pass the inner reader. */
export function recordOf<T>(read: Reader<T>): Reader<Record<string, T>> {
  return (value, place) => {
    const entries = Object.entries(plainObject(value, place));
    return Object.fromEntries(entries.map(([key, item]) => [key, read(item, atKey(place, key, undefined))]));
  };
}

/** One of a few words. */
export function oneOf<T extends string>(accepted: readonly T[]): Reader<T> {
  return (value, place) => {
    const word = string(value, place);
    const found = accepted.find((candidate) => candidate === word);
    if (found === undefined) throw unknownValue(word, accepted, place);
    return found;
  };
}

/** A string that a check refuses with words of its own (`undefined` = fine). */
export function checkedString(check: (value: string) => string | undefined): Reader<string> {
  return (value, place) => {
    const text = string(value, place);
    const refusal = check(text);
    if (refusal !== undefined) throw invalidValue(refusal, place);
    return text;
  };
}

/** An object with known members; the first wrong member in the order of the request is the one refused. */
export function object<T extends object>(fields: Fields<T>, options: ObjectOptions = {}): Reader<T> {
  const fieldByName: ReadonlyMap<string, Field<unknown>> = new Map(Object.entries(fields));
  const accepted = [...fieldByName.keys()];
  return (value, place) => {
    const result: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(plainObject(value, place))) {
      const field = fieldByName.get(key);
      if (field === undefined) {
        if (options.open === true) continue;
        throw unknownMember(key, { accepted, place, options });
      }
      if (member !== undefined) result[key] = field.read(member, atKey(place, key, field.code));
    }
    for (const [name, field] of fieldByName) {
      if (field.required !== undefined && !(name in result)) throw missingField(name, place, field.required);
    }
    // Every member was read by the reader that `Fields<T>` ties to its type.
    return result as T;
  };
}

function unknownMember(
  key: string,
  context: { accepted: readonly string[]; place: Place; options: ObjectOptions },
): Error {
  const immutableCode = context.options.immutable?.[key];
  if (immutableCode !== undefined) return immutableKey(key, context.accepted, immutableCode);
  return unknownKey(key, context.accepted, context.place);
}

function plainObject(value: unknown, place: Place): object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrongKind(value, "an object", place);
  return value;
}
