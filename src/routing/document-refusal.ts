/** Why a payload's documents cannot be indexed; the server says so in the task, not in its HTTP answer. */
export class DocumentRefusal extends Error {
  override readonly name = "DocumentRefusal";
  /** Code of the server's error, or `miroir_reserved_field`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
