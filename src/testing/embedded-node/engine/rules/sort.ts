import type { JsonValue } from "../../../../core/types.ts";
import { DocSet } from "../doc-set.ts";
import { compareBytes } from "../fields/byte-order.ts";
import type { RankingRule } from "./rule.ts";

/** A sort by the values of one field. */
export interface SortOptions {
  readonly field: string;
  readonly isAscending: boolean;
  /** Whether the field may not be shown, so that the score details hide it. */
  readonly isHidden: boolean;
  /** Numbers come before strings, documents without value last. */
  value(docid: number): number | string | undefined;
}

/** `sort` and custom rules (`field:asc`): documents by their value, one bucket per value. */
export function sortRule(options: SortOptions): RankingRule {
  const { field, isAscending, isHidden } = options;
  return {
    start(universe, query) {
      const groups = sortedGroups(universe, options);
      let next = 0;
      return {
        next(current) {
          const group = groups[next];
          next += 1;
          const value: JsonValue = group?.value ?? null;
          const score = { rule: "sort" as const, field, isAscending, isHidden, value };
          return {
            docs: group === undefined ? current : DocSet.of(group.docids.filter((id) => current.has(id))),
            score,
            query,
          };
        },
      };
    },
  };
}

/** The order of two present values. */
export function compareValues(left: number | string, right: number | string, isAscending: boolean): number {
  const sign = isAscending ? 1 : -1;
  if (typeof left === "number" && typeof right === "number") return sign * (left - right);
  if (typeof left === "string" && typeof right === "string") return sign * compareBytes(left, right);
  return typeof left === "number" ? -1 : 1;
}

function sortedGroups(universe: DocSet, options: SortOptions): { value: number | string; docids: number[] }[] {
  const numbers = new Map<number, number[]>();
  const strings = new Map<string, number[]>();
  for (const docid of universe) {
    const value = options.value(docid);
    if (typeof value === "number") addTo(numbers, value, docid);
    if (typeof value === "string") addTo(strings, value, docid);
  }
  const order = byteOrder(strings.keys());
  const sign = options.isAscending ? 1 : -1;
  return [
    ...[...numbers.keys()].sort((a, b) => sign * (a - b)).map((value) => ({ value, docids: numbers.get(value) ?? [] })),
    ...[...strings.keys()]
      .sort((a, b) => sign * order(a, b))
      .map((value) => ({ value, docids: strings.get(value) ?? [] })),
  ];
}

function addTo<T>(groups: Map<T, number[]>, value: T, docid: number): void {
  const docids = groups.get(value);
  if (docids === undefined) groups.set(value, [docid]);
  else docids.push(docid);
}

/** JavaScript's own order is that of the bytes, and faster, unless characters beyond the basic plane are about. */
function byteOrder(texts: Iterable<string>): (a: string, b: string) => number {
  for (const text of texts) if (/[\ud800-\udfff]/.test(text)) return compareBytes;
  return (a, b) => (a < b ? -1 : Number(a > b));
}
