/** From here on a whole number no longer fits the server's 64 bits and is printed as a float. */
const UNSIGNED_LIMIT = 2 ** 64;
const SIGNED_LIMIT = -(2 ** 63);
/** Below this floats are printed with an exponent. */
const SMALL = 1e-5;

/** A number as the server's JSON has it, which is how it looks as formatted text. */
export function jsonNumberText(value: number): string {
  const isHuge = value >= UNSIGNED_LIMIT || value < SIGNED_LIMIT;
  const isTiny = value !== 0 && Math.abs(value) < SMALL;
  return isHuge || isTiny ? value.toExponential() : String(value);
}
