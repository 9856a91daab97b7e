/** A payload that the server would refuse in its HTTP answer, with the status, code and sentence it would use. */
export class PayloadError extends Error {
  override readonly name = "PayloadError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
