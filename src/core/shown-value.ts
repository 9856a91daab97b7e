/** A value as an error shows it: JSON, cut short; an address is shown without the credentials that it or its query may hold. */
export function shownValue(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value)
    .replace(/\/\/[^/@"]*@/g, "//***@")
    .replace(/(:\/\/[^?#"]*[?#])[^"]*/g, "$1***");
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
