const encoder = new TextEncoder();

/** Bytes of `[` and `]`, less the comma that is counted with the first text and not written. */
const BRACKETS = 1;

/** Whether a text is too large to be sent in a list of its own; a character is at most three bytes. */
export function exceedsBytes(text: string, limitBytes: number): boolean {
  return text.length * 3 + 2 > limitBytes && encoder.encode(text).length + 2 > limitBytes;
}

/**
 * Packs JSON texts into JSON lists of at most `limitBytes` UTF-8 bytes each, in order. A text that is too large alone
 * gets a list of its own, which the node will refuse in its own words.
 */
export function chunkByBytes(texts: readonly string[], limitBytes: number): string[] {
  const chunks: string[] = [];
  let pending: string[] = [];
  let bytes = BRACKETS;
  for (const text of texts) {
    const size = encoder.encode(text).length + 1;
    if (pending.length > 0 && bytes + size > limitBytes) {
      chunks.push(`[${pending.join(",")}]`);
      pending = [];
      bytes = BRACKETS;
    }
    bytes += size;
    pending.push(text);
  }
  if (pending.length > 0) chunks.push(`[${pending.join(",")}]`);
  return chunks;
}
