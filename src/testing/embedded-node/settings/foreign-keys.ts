import { indexUidRefusal } from "../indexes/index-uid.ts";
import { arrayOf, checkedString, object, string } from "../validation/readers.ts";
import type { Setting } from "./setting.ts";

/** Fields that hold ids of documents of another index; kept and read back, not followed. */
export const foreignKeys = arrayOf(
  object<{ foreignIndexUid: string; fieldName: string }>({
    foreignIndexUid: { read: checkedString(indexUidRefusal), required: "invalid_settings_foreign_keys" },
    fieldName: { read: string, required: "invalid_settings_foreign_keys" },
  }),
) as unknown as Setting["read"];
