/** Where something stands in a script, both from 1. */
export interface ScriptPosition {
  readonly line: number;
  readonly column: number;
}

/** A script that cannot be read or run, in the words of the server's script engine. */
export class ScriptError extends Error {
  constructor(problem: string, position: ScriptPosition) {
    super(`${problem} (line ${position.line}, position ${position.column})`);
    this.name = "ScriptError";
  }
}
