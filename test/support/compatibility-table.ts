import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What docs/compatibility.md says of a method or parameter. */
export type Verdict = "exact" | "approximate" | "refused";

/** One row of a table of docs/compatibility.md. */
export interface CompatibilityRow {
  readonly name: string;
  readonly verdict: string;
  readonly note: string;
  /** Path of the test that an exact row names. */
  readonly test?: string;
}

const ADDRESS = new URL("../../docs/compatibility.md", import.meta.url);
const PAGE = readFileSync(ADDRESS, "utf8");

const ROW =
  /^\| `(?<name>\w+)(?:\(\))?` \| (?:\[(?<linked>\w+)\]\((?<link>[^)]+)\)|(?<plain>.*?)) \|(?: (?<note>.*?))? \|$/gm;

/** The rows of one section of docs/compatibility.md, in order; methods without their parentheses. */
export function compatibilityRows(section: string): CompatibilityRow[] {
  const text = PAGE.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? "";
  return [...text.matchAll(ROW)].map(({ groups = {} }) => {
    const { name = "", linked, plain = "", link, note = "" } = groups;
    const row = { name, verdict: linked ?? plain, note };
    return link === undefined ? row : { ...row, test: fileURLToPath(new URL(link, ADDRESS)) };
  });
}
