/** Whether an attribute name of the settings covers a field: `a` covers `a` and `a.b`; `*`, `a*`, `*a` and `*a*` are patterns. */
export function matchesPattern(pattern: string, field: string): boolean {
  if (pattern === "*") return true;
  const open = pattern.startsWith("*");
  const close = pattern.endsWith("*");
  if (open && close) return field.includes(pattern.slice(1, -1));
  if (open) return field.endsWith(pattern.slice(1));
  if (close) return field.startsWith(pattern.slice(0, -1));
  return isSelfOrChild(pattern, field);
}

/** Whether a field is the named one or lies below it: `a.b` lies below `a`. */
export function isSelfOrChild(name: string, field: string): boolean {
  return field === name || (field.startsWith(name) && field.charAt(name.length) === ".");
}
