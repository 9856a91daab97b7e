import { type Paint, paintFor } from "./paint.ts";

/** Prints a value: as one JSON document for programs, as lines for people. */
export function print<T>(
  value: T,
  { json }: { readonly json?: boolean },
  lines: (value: T, paint: Paint) => string[],
): void {
  const text = json === true ? [JSON.stringify(value, null, 2)] : lines(value, paintFor(process.stdout));
  process.stdout.write(`${text.join("\n")}\n`);
}
