/** The criteria of a `sort` parameter: splits at commas, but keeps the comma inside `_geoPoint(1,2):asc`. */
export function readSort(text: string): string[] {
  const criteria: string[] = [];
  for (const piece of text.split(",")) {
    const last = criteria.at(-1);
    if (last?.startsWith("_geoPoint(") && !last.includes(")")) criteria[criteria.length - 1] = `${last},${piece}`;
    else criteria.push(piece.trimStart());
  }
  return criteria;
}
