import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { ScriptError, type ScriptPosition } from "./script-error.ts";
import { applyOperator, callFunction, typeName } from "./script-functions.ts";
import { parseScript } from "./script-parser.ts";
import type { ScriptExpression, ScriptStatement } from "./script-tree.ts";

/** Runs a script over a document, which it may change; answers what `doc` is in the end (`null` = `()`). */
export function runScript(script: readonly ScriptStatement[], document: JsonObject, context: JsonValue): JsonValue {
  const scope = new Map<string, JsonValue>([
    ["doc", structuredClone(document)],
    ["context", structuredClone(context)],
  ]);
  runAll(script, scope);
  return scope.get("doc") ?? null;
}

type Scope = Map<string, JsonValue>;

/** False when a statement returned. */
function runAll(statements: readonly ScriptStatement[], scope: Scope): boolean {
  return statements.every((statement) => run(statement, scope));
}

function run(statement: ScriptStatement, scope: Scope): boolean {
  switch (statement.kind) {
    case "let":
      scope.set(statement.name, structuredClone(evaluate(statement.value, scope)));
      return true;
    case "if":
      return runAll(evaluate(statement.condition, scope) === true ? statement.then : statement.otherwise, scope);
    case "assign":
      assign(statement, scope);
      return true;
    case "return":
      return false;
    case "expression":
      evaluate(statement.expression, scope);
      return true;
  }
}

/** A script within the script, over the same variables; a `return` leaves only this one. */
function runInner(script: JsonValue | undefined, scope: Scope, position: ScriptPosition): null {
  try {
    runAll(parseScript(String(script)), scope);
    return null;
  } catch (cause) {
    if (!(cause instanceof ScriptError)) throw cause;
    throw new ScriptError(`${cause.message}\nin call to function 'eval'`, position);
  }
}

function assign(statement: Extract<ScriptStatement, { kind: "assign" }>, scope: Scope): void {
  const { target, operator } = statement;
  const sent = evaluate(statement.value, scope);
  const value =
    operator === "="
      ? structuredClone(sent)
      : applyOperator(operator.slice(0, -1), [evaluate(target, scope), sent], statement.position);
  if (target.kind === "variable") {
    if (!scope.has(target.name)) throw new ScriptError(`Variable not found: ${target.name}`, target.position);
    scope.set(target.name, value);
    return;
  }
  if (target.kind !== "member") throw new ScriptError("Cannot assign to this expression", target.position);
  const holder = evaluate(target.of, scope);
  const key = evaluate(target.key, scope);
  if (Array.isArray(holder) && typeof key === "number") holder[key < 0 ? holder.length + key : key] = value;
  else if (isMap(holder)) holder[String(key)] = value;
  else throw unknownProperty(holder, key, target);
}

function evaluate(expression: ScriptExpression, scope: Scope): JsonValue {
  const { position } = expression;
  switch (expression.kind) {
    case "value":
      return expression.value;
    case "variable": {
      const value = scope.get(expression.name);
      if (value === undefined) throw new ScriptError(`Variable not found: ${expression.name}`, position);
      return value;
    }
    case "member":
      return member(expression, scope);
    case "call": {
      const inputs = expression.inputs.map((input) => evaluate(input, scope));
      return expression.name === "eval"
        ? runInner(inputs[0], scope, position)
        : callFunction(expression.name, inputs, position);
    }
    case "list":
      return expression.items.map((item) => evaluate(item, scope));
    case "map":
      return Object.fromEntries(expression.entries.map(([key, value]) => [key, evaluate(value, scope)]));
    case "unary": {
      const operand = evaluate(expression.operand, scope);
      return expression.operator === "!" ? operand !== true : -Number(operand);
    }
    case "binary":
      return binary(expression, scope);
  }
}

function binary(expression: Extract<ScriptExpression, { kind: "binary" }>, scope: Scope): JsonValue {
  const { operator, position } = expression;
  const left = evaluate(expression.left, scope);
  if (operator === "&&" && left !== true) return false;
  if (operator === "||" && left === true) return true;
  if (operator === "??" && left !== null) return left;
  const right = evaluate(expression.right, scope);
  if (operator === "&&" || operator === "||" || operator === "??") return right;
  return applyOperator(operator, [left, right], position);
}

/** Members that are not there are `()`; only maps, lists and texts have members. */
function member(expression: Extract<ScriptExpression, { kind: "member" }>, scope: Scope): JsonValue {
  const holder = evaluate(expression.of, scope);
  const key = evaluate(expression.key, scope);
  if (isMap(holder)) return holder[String(key)] ?? null;
  if (Array.isArray(holder) && typeof key === "number") return holder.at(key) ?? null;
  if (typeof holder === "string" && typeof key === "number") return [...holder].at(key) ?? null;
  throw unknownProperty(holder, key, expression);
}

function unknownProperty(holder: JsonValue, key: JsonValue, { position }: ScriptExpression): ScriptError {
  const words = `Unknown property '${String(key)}' - a getter is not registered for type '${typeName(holder)}'`;
  return new ScriptError(words, position);
}

function isMap(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
