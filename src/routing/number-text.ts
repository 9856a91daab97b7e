const I64_MIN = -(2n ** 63n);
const U64_MAX = 2n ** 64n - 1n;

/**
 * The decimal text of a JSON integer that the server keeps as one: from −2⁶³ to 2⁶⁴−1, and not `-0`.
 * Everything else is a float to it: `undefined`.
 */
export function integerText(rawNumber: string): string | undefined {
  if (!/^-?\d+$/.test(rawNumber) || rawNumber === "-0") return undefined;
  if (rawNumber.length < 19) return rawNumber;
  const value = BigInt(rawNumber);
  return value >= I64_MIN && value <= U64_MAX ? rawNumber : undefined;
}

/** A float as the server writes it: the shortest digits that mean it, always with a point or a signed exponent. */
export function floatText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponentText = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const sign = value < 0 ? "-" : "";
  const point = Number(exponentText) + 1;
  if (point > 16 || point <= -5) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits[0]}${fraction}e${point > 0 ? "+" : ""}${point - 1}`;
  }
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (digits.length <= point) return `${sign}${digits.padEnd(point, "0")}.0`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** A JSON number as the server repeats it in its messages. */
export function numberText(rawNumber: string): string {
  return integerText(rawNumber) ?? floatText(Number(rawNumber));
}
