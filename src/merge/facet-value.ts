/** Form in which the server compares facet texts: trimmed, compatibility-decomposed, lower case (milli `normalize_facet`). */
export function normalizeFacetValue(value: string): string {
  return value.trim().normalize("NFKD").toLowerCase();
}
