import { ScriptError, type ScriptPosition } from "./script-error.ts";
import { type ScriptToken, scriptTokens } from "./script-lexer.ts";
import type { ScriptExpression, ScriptStatement } from "./script-tree.ts";

const ASSIGNMENTS = ["=", "+=", "-=", "*=", "/=", "%="];
/** Operators from the loosest to the tightest. */
const LEVELS = [["||"], ["&&"], ["==", "!="], ["in"], ["<", "<=", ">", ">="], ["??"], ["+", "-"], ["*", "/", "%"]];
const WORDS: Readonly<Record<string, boolean>> = { true: true, false: false };

/** Reads the part of the script language that edits of documents need; loops and functions are not among it. */
export function parseScript(script: string): ScriptStatement[] {
  return new ScriptParser(scriptTokens(script)).script();
}

/** A text in backticks: what stands in `${…}` is computed, the rest stays. */
function template(text: string, position: ScriptPosition): ScriptExpression {
  const parts = text.split(/\$\{([^}]*)\}/);
  const expressions = parts.map((part, at): ScriptExpression => {
    return at % 2 === 0 ? { kind: "value", value: part, position } : new ScriptParser(scriptTokens(part)).expression();
  });
  return expressions.reduce((left, right) => ({ kind: "binary", operator: "+", left, right, position }));
}

function isLiteral({ kind }: ScriptToken): boolean {
  return kind === "text" || kind === "template";
}

class ScriptParser {
  readonly #tokens: readonly ScriptToken[];
  #at = 0;

  constructor(tokens: readonly ScriptToken[]) {
    this.#tokens = tokens;
  }

  /** The script as one expression. */
  expression(): ScriptExpression {
    const expression = this.#expression();
    if (this.#peek().kind !== "end") throw this.#unexpected();
    return expression;
  }

  script(): ScriptStatement[] {
    const statements = this.#statements();
    if (this.#peek().kind !== "end") throw this.#unexpected();
    return statements;
  }

  #statements(): ScriptStatement[] {
    const statements: ScriptStatement[] = [];
    while (this.#peek().kind !== "end" && this.#peek().value !== "}") {
      if (this.#accept(";")) continue;
      statements.push(this.#statement());
    }
    return statements;
  }

  #statement(): ScriptStatement {
    if (this.#accept("if")) return this.#if();
    if (this.#accept("let")) {
      const name = this.#take("name").value;
      this.#expect("=");
      return { kind: "let", name, value: this.#expression() };
    }
    if (this.#accept("return")) return this.#return();
    const target = this.#expression();
    const { value: operator, position } = this.#peek();
    if (!ASSIGNMENTS.includes(operator)) return { kind: "expression", expression: target };
    this.#at += 1;
    return { kind: "assign", target, operator, position, value: this.#expression() };
  }

  /** What is returned is of no interest: only `doc` counts. */
  #return(): ScriptStatement {
    const { kind, value } = this.#peek();
    if (kind !== "end" && value !== ";" && value !== "}") this.#expression();
    return { kind: "return" };
  }

  #if(): ScriptStatement {
    const condition = this.#expression();
    const then = this.#block();
    if (!this.#accept("else")) return { kind: "if", condition, then, otherwise: [] };
    const otherwise = this.#accept("if") ? [this.#if()] : this.#block();
    return { kind: "if", condition, then, otherwise };
  }

  #block(): ScriptStatement[] {
    this.#expect("{");
    const statements = this.#statements();
    this.#expect("}");
    return statements;
  }

  #expression(level = 0): ScriptExpression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#expression(level + 1);
    while (!isLiteral(this.#peek()) && operators.includes(this.#peek().value)) {
      const { value: operator, position } = this.#next();
      left = { kind: "binary", operator, left, right: this.#expression(level + 1), position };
    }
    return left;
  }

  #unary(): ScriptExpression {
    const { value: operator, position, kind } = this.#peek();
    if (kind !== "symbol" || (operator !== "-" && operator !== "!")) return this.#postfix();
    this.#at += 1;
    return { kind: "unary", operator, operand: this.#unary(), position };
  }

  #postfix(): ScriptExpression {
    let expression = this.#primary();
    for (;;) {
      const { position } = this.#peek();
      if (this.#accept(".")) {
        const name = this.#take("name");
        const inputs = this.#inputs();
        if (inputs !== undefined) {
          expression = { kind: "call", name: name.value, inputs: [expression, ...inputs], position: name.position };
        } else {
          const key: ScriptExpression = { kind: "value", value: name.value, position: name.position };
          expression = { kind: "member", of: expression, key, position };
        }
      } else if (this.#accept("[")) {
        const key = this.#expression();
        this.#expect("]");
        expression = { kind: "member", of: expression, key, position };
      } else return expression;
    }
  }

  /** What a call is given, or `undefined` when there is no call. */
  #inputs(): ScriptExpression[] | undefined {
    if (this.#accept("()")) return [];
    return this.#accept("(") ? this.#list(")") : undefined;
  }

  #list(end: string): ScriptExpression[] {
    const items: ScriptExpression[] = [];
    while (!this.#accept(end)) {
      items.push(this.#expression());
      if (!this.#accept(",") && this.#peek().value !== end) throw this.#unexpected();
    }
    return items;
  }

  #primary(): ScriptExpression {
    const { kind, value, position } = this.#next();
    if (kind === "number") return { kind: "value", value: Number(value.replaceAll("_", "")), position };
    if (kind === "text") return { kind: "value", value, position };
    if (kind === "template") return template(value, position);
    if (kind === "name") {
      const word = WORDS[value];
      if (word !== undefined) return { kind: "value", value: word, position };
      const inputs = this.#inputs();
      return inputs === undefined
        ? { kind: "variable", name: value, position }
        : { kind: "call", name: value, inputs, position };
    }
    if (value === "()") return { kind: "value", value: null, position };
    if (value === "[") return { kind: "list", items: this.#list("]"), position };
    if (value === "#{") return { kind: "map", entries: this.#entries(), position };
    this.#at -= 1;
    if (value !== "(") throw this.#unexpected();
    this.#at += 1;
    const inner = this.#expression();
    this.#expect(")");
    return inner;
  }

  #entries(): [string, ScriptExpression][] {
    const entries: [string, ScriptExpression][] = [];
    while (!this.#accept("}")) {
      const key = this.#next().value;
      this.#expect(":");
      entries.push([key, this.#expression()]);
      if (!this.#accept(",") && this.#peek().value !== "}") throw this.#unexpected();
    }
    return entries;
  }

  #peek(): ScriptToken {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)];
    if (token === undefined) throw new RangeError("a script always has an end");
    return token;
  }

  #next(): ScriptToken {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #accept(value: string): boolean {
    const token = this.#peek();
    if (token.value !== value || isLiteral(token) || token.kind === "end") return false;
    this.#at += 1;
    return true;
  }

  #expect(value: string): void {
    if (!this.#accept(value)) throw this.#unexpected();
  }

  #take(kind: ScriptToken["kind"]): ScriptToken {
    if (this.#peek().kind !== kind) throw this.#unexpected();
    return this.#next();
  }

  #unexpected(): ScriptError {
    const { kind, value, position } = this.#peek();
    return new ScriptError(kind === "end" ? "Script is incomplete" : `Unexpected '${value}'`, position);
  }
}
