/** A field of the documents, each with a value of its own in every write. */
export type Field = "text" | "note";

export const FIELDS: readonly Field[] = ["text", "note"];

/**
 * How a write ended, as its caller sees it.
 * - `open`: it has not
 * - `acknowledged`: it was
 * - `unknown`: it was not, and may have been done, or be done yet
 */
type Outcome = "open" | "acknowledged" | "unknown";

/** A write, from its call on. */
export interface Write {
  readonly number: number;
  readonly process: string;
  readonly kind: "replace" | "update" | "edit" | "delete" | "delete by filter";
  readonly ids: readonly string[];
  /** What the write puts into its field. */
  readonly value: string;
  readonly calledAtMs: number;
  outcome: Outcome;
  endedAtMs: number | undefined;
  taskUid: number | undefined;
  /** When its process saw its task succeed. */
  settledAtMs: number | undefined;
  /** When its process saw its task fail: nobody has it for certain. */
  failedAtMs: number | undefined;
  /** Nodes whose acknowledgement counted. */
  acknowledgedBy: readonly string[];
  /** The nodes that held each document when the write ended. */
  ownersById: ReadonlyMap<string, readonly string[]>;
  /** When its process died, if that was before the process saw the end of it. */
  orphanedAtMs: number | undefined;
}

/** What a write leaves in a field: `null` when nothing, `undefined` when what was there. */
export function effectOn(write: Write, field: Field): string | null | undefined {
  if (write.kind === "replace") return field === "text" ? write.value : null;
  if (write.kind === "update" || write.kind === "edit") return field === "note" ? write.value : undefined;
  return null;
}

/** For a message. */
export function describeWrite({
  number,
  process,
  kind,
  outcome,
  calledAtMs,
  settledAtMs,
  orphanedAtMs,
}: Write): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(3);
  const end = settledAtMs === undefined ? "" : `, settled ${seconds(settledAtMs)}`;
  const orphan = orphanedAtMs === undefined ? "" : `, orphaned ${seconds(orphanedAtMs)}`;
  return `#${number} ${kind} by ${process} at ${seconds(calledAtMs)} ${outcome}${end}${orphan}`;
}
