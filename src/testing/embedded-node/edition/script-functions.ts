import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { ScriptError, type ScriptPosition } from "./script-error.ts";

type ScriptFunction = (inputs: readonly JsonValue[]) => JsonValue | undefined;

/** Functions by name; `undefined` = not for inputs of these types. Methods take their object first. */
const FUNCTIONS: Readonly<Record<string, ScriptFunction>> = {
  to_upper: ([text]) => (typeof text === "string" ? text.toUpperCase() : undefined),
  to_lower: ([text]) => (typeof text === "string" ? text.toLowerCase() : undefined),
  trim: ([text]) => (typeof text === "string" ? text.trim() : undefined),
  len: ([value]) => lengthOf(value),
  to_string: ([value]) => (value === undefined ? undefined : textOf(value)),
  contains: ([value, item]) => contains(value, item),
  starts_with: ([text, start]) => ofTexts(text, start, (a, b) => a.startsWith(b)),
  ends_with: ([text, end]) => ofTexts(text, end, (a, b) => a.endsWith(b)),
  push: ([list, item]) => pushed(list, item),
  keys: ([map]) => (isMap(map) ? Object.keys(map) : undefined),
  remove: ([map, key]) => (isMap(map) && typeof key === "string" ? removed(map, key) : undefined),
  sub_string: ([text, start, length]) => subString(text, start, length),
  type_of: ([value]) => (value === undefined ? undefined : typeName(value)),
  abs: ([number]) => (typeof number === "number" ? Math.abs(number) : undefined),
  round: ([number]) => (typeof number === "number" ? Math.round(number) : undefined),
};

/** Calls a function of the script language. */
export function callFunction(name: string, inputs: readonly JsonValue[], position: ScriptPosition): JsonValue {
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  const result = known?.(inputs);
  if (result !== undefined) return result;
  throw new ScriptError(`Function not found: ${name} (${inputs.map(typeName).join(", ")})`, position);
}

/** Computes a binary operator. */
export function applyOperator(
  operator: string,
  [left, right]: readonly [JsonValue, JsonValue],
  position: ScriptPosition,
): JsonValue {
  const isSame = JSON.stringify(left) === JSON.stringify(right);
  if (operator === "==" || operator === "!=") return isSame === (operator === "==");
  if (operator === "in") return contains(right, left) ?? false;
  const result = ofNumbers(operator, left, right) ?? ofStrings(operator, left, right) ?? ofLists(operator, left, right);
  if (result !== undefined) return result;
  if (compare(operator, 0, 0) !== undefined) return false;
  throw new ScriptError(`Function not found: ${operator} (${typeName(left)}, ${typeName(right)})`, position);
}

function ofNumbers(operator: string, left: JsonValue, right: JsonValue): JsonValue | undefined {
  if (typeof left !== "number" || typeof right !== "number") return undefined;
  return compute(operator, left, right) ?? compare(operator, left, right);
}

function ofStrings(operator: string, left: JsonValue, right: JsonValue): JsonValue | undefined {
  if (typeof left !== "string" && typeof right !== "string") return undefined;
  if (operator === "+") return textOf(left) + textOf(right);
  return typeof left === "string" && typeof right === "string" ? compare(operator, left, right) : undefined;
}

function ofLists(operator: string, left: JsonValue, right: JsonValue): JsonValue | undefined {
  if (operator !== "+" || !Array.isArray(left)) return undefined;
  return Array.isArray(right) ? [...left, ...right] : [...left, right];
}

/** Whole numbers divide to whole numbers. */
function compute(operator: string, left: number, right: number): number | undefined {
  if (operator === "+") return left + right;
  if (operator === "-") return left - right;
  if (operator === "*") return left * right;
  if (operator === "%") return left % right;
  if (operator !== "/") return undefined;
  const isWhole = Number.isInteger(left) && Number.isInteger(right);
  return isWhole ? Math.trunc(left / right) : left / right;
}

function compare<T extends string | number>(operator: string, left: T, right: T): boolean | undefined {
  if (operator === "<") return left < right;
  if (operator === "<=") return left <= right;
  if (operator === ">") return left > right;
  return operator === ">=" ? left >= right : undefined;
}

function lengthOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === "string") return [...value].length;
  if (Array.isArray(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : undefined;
}

function contains(value: JsonValue | undefined, item: JsonValue | undefined): boolean | undefined {
  if (typeof value === "string") return typeof item === "string" ? value.includes(item) : undefined;
  if (Array.isArray(value)) return value.some((one) => JSON.stringify(one) === JSON.stringify(item));
  return isMap(value) && typeof item === "string" ? item in value : undefined;
}

function ofTexts(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
  test: (left: string, right: string) => boolean,
): boolean | undefined {
  return typeof left === "string" && typeof right === "string" ? test(left, right) : undefined;
}

function subString(
  text: JsonValue | undefined,
  start: JsonValue | undefined,
  length: JsonValue | undefined,
): string | undefined {
  if (typeof text !== "string" || typeof start !== "number" || typeof length !== "number") return undefined;
  return [...text].slice(start, start + length).join("");
}

function pushed(list: JsonValue | undefined, item: JsonValue | undefined): null | undefined {
  if (!Array.isArray(list) || item === undefined) return undefined;
  list.push(item);
  return null;
}

function removed(map: JsonObject, key: string): JsonValue {
  const value = map[key] ?? null;
  delete map[key];
  return value;
}

function isMap(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: JsonValue): string {
  if (typeof value === "string") return value;
  return value === null ? "" : JSON.stringify(value);
}

/** A type as the script engine names it. */
export function typeName(value: JsonValue): string {
  if (value === null) return "()";
  if (Array.isArray(value)) return "array";
  if (typeof value === "object") return "map";
  if (typeof value === "number") return Number.isInteger(value) ? "i64" : "f64";
  return typeof value === "boolean" ? "bool" : "string";
}
