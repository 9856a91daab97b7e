import { atIndex, type Place, type Reader } from "./place.ts";
import { string } from "./readers.ts";
import { invalidValue } from "./refusal.ts";

/** A query parameter that is a number from 0. */
export const queryUnsigned: Reader<number> = (value, place) => {
  const text = string(value, place);
  if (!/^\+?\d+$/.test(text)) throw invalidValue(`could not parse \`${text}\` as a positive integer`, place);
  return Number(text);
};

/** A query parameter that is `true` or `false`. */
export const queryBoolean: Reader<boolean> = (value, place) => {
  const text = string(value, place);
  if (text !== "true" && text !== "false") {
    throw invalidValue(`could not parse \`${text}\` as a boolean, expected either \`true\` or \`false\``, place);
  }
  return text === "true";
};

/** Items separated by commas; an empty text is an empty list. */
export const queryList: Reader<string[]> = (value, place) => {
  const text = string(value, place);
  return text === "" ? [] : text.split(",").map((item) => item.trim());
};

/** A query parameter that is a number from 0 to 2^32 - 1. */
export const queryUint32: Reader<number> = (value, place) => {
  const number = queryUnsigned(value, place);
  if (number <= 0xffff_ffff) return number;
  throw invalidValue(`could not parse \`${String(value)}\` as a positive integer`, place);
};

/** A list whose items pass the inner reader; a `*` among them stands for no restriction. */
export function queryListOrStar<T>(read: Reader<T>): Reader<T[] | "*"> {
  return (value, place) => {
    const items = queryList(value, place).filter((item) => item !== "");
    if (items.includes("*")) return "*";
    const placeOf = (at: number): Place => (items.length === 1 ? place : atIndex(place, at));
    return items.map((item, at) => read(item, placeOf(at)));
  };
}
