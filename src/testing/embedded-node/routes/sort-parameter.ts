/** Sort expressions of a query parameter; commas inside parentheses belong to `_geoPoint(lat,lng)`. */
export function splitSortParameter(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((part) => part.trim());
}
