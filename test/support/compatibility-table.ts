import { readFileSync } from "node:fs";

/** What docs/compatibility.md says of a method or parameter. */
export type Verdict = "exact" | "approximate" | "refused";

/** One row of a table of docs/compatibility.md. */
export interface CompatibilityRow {
  readonly name: string;
  readonly verdict: string;
  readonly note: string;
}

const PAGE = readFileSync(new URL("../../docs/compatibility.md", import.meta.url), "utf8");

/** The rows of one section of docs/compatibility.md, in order; methods without their parentheses. */
export function compatibilityRows(section: string): CompatibilityRow[] {
  const text = PAGE.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? "";
  return [...text.matchAll(/^\| `(\w+)(?:\(\))?` \| (.*?) \|(?: (.*?))? \|$/gm)].map((match) => {
    const [, name = "", verdict = "", note = ""] = match;
    return { name, verdict, note };
  });
}
