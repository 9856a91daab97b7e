import type { RawRecord } from "../../routing/payload/raw-document.ts";
import { isReserved } from "../../routing/reserved.ts";

/** A document as its owner wrote it: without miroir's fields, and without the list of vectors that servers show of one without any. */
export function contentFields({ fields }: RawRecord): RawRecord {
  const isContent = ({ key, rawValue }: RawRecord["fields"][number]) => {
    return !isReserved(key) && !(key === "_vectors" && /^\{\s*\}$/.test(rawValue));
  };
  return { fields: fields.filter(isContent) };
}
