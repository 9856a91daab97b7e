/** What every command ends with; 0 is success, and an interrupted one ends with 130. */
export const EXIT = {
  failed: 1,
  usage: 2,
  /** Done, and the cluster is degraded or something was found. */
  found: 3,
  /** A safety check refused; nothing was changed. */
  refused: 4,
  interrupted: 130,
} as const;

/** Ends a command with a sentence and an exit code. */
export class CommandFailed extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.name = "CommandFailed";
    this.exitCode = exitCode;
  }
}
