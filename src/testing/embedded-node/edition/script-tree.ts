import type { JsonValue } from "../../../core/types.ts";
import type { ScriptPosition } from "./script-error.ts";

/** An expression of a script; `null` stands for the unit `()`. */
export type ScriptExpression = { readonly position: ScriptPosition } & (
  | { readonly kind: "value"; readonly value: JsonValue }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "member"; readonly of: ScriptExpression; readonly key: ScriptExpression }
  | { readonly kind: "call"; readonly name: string; readonly inputs: readonly ScriptExpression[] }
  | { readonly kind: "list"; readonly items: readonly ScriptExpression[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, ScriptExpression])[] }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: ScriptExpression }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: ScriptExpression;
      readonly right: ScriptExpression;
    }
);

/** A statement of a script. */
export type ScriptStatement =
  | { readonly kind: "let"; readonly name: string; readonly value: ScriptExpression }
  | {
      readonly kind: "assign";
      readonly target: ScriptExpression;
      readonly operator: string;
      /** Where the operator stands. */
      readonly position: ScriptPosition;
      readonly value: ScriptExpression;
    }
  | {
      readonly kind: "if";
      readonly condition: ScriptExpression;
      readonly then: readonly ScriptStatement[];
      readonly otherwise: readonly ScriptStatement[];
    }
  | { readonly kind: "return" }
  | { readonly kind: "expression"; readonly expression: ScriptExpression };
