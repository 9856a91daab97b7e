/** A set of shards in a few characters: one bit each, four to a hexadecimal digit, `*` for all. */
export function encodeShards(shards: Iterable<number>, total: number): string {
  const digits = new Array<number>(Math.ceil(total / 4)).fill(0);
  let count = 0;
  for (const shard of shards) {
    digits[shard >> 2] = (digits[shard >> 2] ?? 0) | (1 << (shard & 3));
    count++;
  }
  return count === total ? "*" : digits.map((digit) => digit.toString(16)).join("");
}

/** Reads what {@link encodeShards} wrote. */
export function decodeShards(text: string, total: number): number[] {
  const all = Array.from({ length: total }, (_, shard) => shard);
  return text === "*" ? all : all.filter((shard) => (Number.parseInt(text[shard >> 2] ?? "0", 16) >> (shard & 3)) & 1);
}
