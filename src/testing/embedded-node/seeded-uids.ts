import { createHash } from "node:crypto";

/** A source of UUIDs that gives the same ones again for the same seed. */
export function seededUids(seed: string): () => string {
  let count = 0;
  return () => {
    const bytes = createHash("sha256").update(`${seed}/${count}`).digest();
    count += 1;
    bytes[6] = 0x40 | ((bytes[6] ?? 0) & 0x0f);
    bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
    const hex = bytes.toString("hex");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
  };
}
