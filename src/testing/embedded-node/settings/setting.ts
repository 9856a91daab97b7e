import type { JsonValue } from "../../../core/types.ts";
import type { Reader } from "../validation/place.ts";

/** One setting of an index: how it is sent, checked, kept and read back. */
export interface Setting {
  /** Last part of the path of its own route. */
  readonly route: string;
  /** Method that changes it on its own route. */
  readonly verb: "PUT" | "PATCH";
  /** Error code of a wrong value. */
  readonly code: string;
  /** Checks a value that is not `null`; what it answers is shown in the task's details. */
  readonly read: Reader<JsonValue>;
  /** Value that is read back when nothing is set. */
  readonly initial: JsonValue;
  /** What the task's details show for a reset, `null` unless told. */
  readonly resetDetail?: JsonValue;
  /** Value to keep, from the one kept so far and the checked new one; the new one unless told. `undefined` = reset. */
  readonly merge?: (kept: JsonValue | undefined, sent: JsonValue) => JsonValue | undefined;
  /** Value to read back, from the kept one; the kept one unless told. */
  readonly present?: (kept: JsonValue) => JsonValue;
  /** Shown only on its own route, never among all settings. */
  readonly hidden?: boolean;
}
