/** How an attribute name of the settings relates to a field: names it, lies below it, or neither. */
export type NameMatch = "match" | "parent" | "none";

/** Whether a field is the named one or lies below it: `a.b` lies below `a`. */
export function isWithin(field: string, name: string): boolean {
  return field.startsWith(name) && (field.length === name.length || field[name.length] === ".");
}

/** A plain name of the settings covers the field of that name and everything below it. */
export function matchName(name: string, field: string): NameMatch {
  if (isWithin(field, name)) return "match";
  return isWithin(name, field) ? "parent" : "none";
}

/** A pattern covers exactly the fields that fit: `a`, `a*`, `*a`, `*a*` or `*`; not what lies below them. */
export function matchPattern(pattern: string, field: string): NameMatch {
  if (fits(pattern, field)) return "match";
  return isWithin(pattern, field) ? "parent" : "none";
}

/** The best match among several patterns. */
export function matchAny(patterns: readonly string[], match: (pattern: string) => NameMatch): NameMatch {
  let best: NameMatch = "none";
  for (const pattern of patterns) {
    const found = match(pattern);
    if (found === "match") return found;
    if (found === "parent") best = found;
  }
  return best;
}

function fits(pattern: string, field: string): boolean {
  if (pattern === "*") return true;
  const open = pattern.startsWith("*");
  const close = pattern.endsWith("*");
  if (open && close) return field.includes(pattern.slice(1, -1));
  if (open) return field.endsWith(pattern.slice(1));
  return close ? field.startsWith(pattern.slice(0, -1)) : field === pattern;
}
