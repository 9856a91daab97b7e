/** Names behind their noun, with the verb: `Node a is`, `Nodes a and b are`. */
export function listed(noun: string, names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  if (names.length < 2) return `${noun} ${last} is`;
  return `${noun}s ${names.slice(0, -1).join(", ")} and ${last} are`;
}
