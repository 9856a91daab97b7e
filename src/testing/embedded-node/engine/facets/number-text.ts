/** A number as facet values show it: in full, never with an exponent. */
export function numberText(number: number): string {
  const text = String(number);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = "", head = "", tail = "", power = "0"] = parts;
  const exponent = Number(power);
  const digits = `${head}${tail}`;
  return exponent < 0 ? `${sign}0.${"0".repeat(-exponent - 1)}${digits}` : `${sign}${digits.padEnd(exponent + 1, "0")}`;
}
