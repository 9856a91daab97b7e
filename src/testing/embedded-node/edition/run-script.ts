import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { ScriptError } from "./script-error.ts";
import { applyOperator, callFunction, typeName } from "./script-functions.ts";
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

function runAll(statements: readonly ScriptStatement[], scope: Scope): void {
  for (const statement of statements) run(statement, scope);
}

function run(statement: ScriptStatement, scope: Scope): void {
  switch (statement.kind) {
    case "let":
      scope.set(statement.name, evaluate(statement.value, scope));
      return;
    case "if":
      runAll(evaluate(statement.condition, scope) === true ? statement.then : statement.otherwise, scope);
      return;
    case "assign":
      assign(statement, scope);
      return;
    case "expression":
      evaluate(statement.expression, scope);
  }
}

function assign(statement: Extract<ScriptStatement, { kind: "assign" }>, scope: Scope): void {
  const { target, operator } = statement;
  const sent = evaluate(statement.value, scope);
  const value =
    operator === "=" ? sent : applyOperator(operator.slice(0, -1), [evaluate(target, scope), sent], statement.position);
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
    case "call":
      return callFunction(
        expression.name,
        expression.inputs.map((input) => evaluate(input, scope)),
        position,
      );
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
