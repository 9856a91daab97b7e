/** Whether an index pattern (`movies`, `movies_*`, `*`) covers an index. */
export function coversIndex(pattern: string, uid: string): boolean {
  return pattern.endsWith("*") ? uid.startsWith(pattern.slice(0, -1)) : pattern === uid;
}

/** The most telling pattern that covers an index: the exact name first, then the longest pattern. */
export function closestPattern(patterns: readonly string[], uid: string): string | undefined {
  const covering = patterns.filter((pattern) => coversIndex(pattern, uid));
  const weight = (pattern: string): number => (pattern === uid ? Number.POSITIVE_INFINITY : pattern.length);
  return covering.sort((a, b) => weight(b) - weight(a))[0];
}
