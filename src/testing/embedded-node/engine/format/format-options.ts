import type { EngineSearch } from "../contract.ts";
import { compareBytes } from "../fields/byte-order.ts";
import { isWithin } from "../fields/name-match.ts";
import type { TextFormat } from "./highlight.ts";
import type { FieldSelection } from "./project.ts";

/** Words of a crop window when the request names none. */
const DEFAULT_CROP_LENGTH = 10;

/** What is to be done with which field; retrieved fields without a wish are listed with nothing to do. */
export type FormatOptions = ReadonlyMap<string, TextFormat>;

/** The wishes of a request for the displayed fields; empty when none of them names such a field. */
export function formatOptions(search: EngineSearch, selection: FieldSelection): FormatOptions {
  const options = new Map<string, TextFormat>();
  const displayed = new Set(selection.displayed);
  for (const name of named(search.attributesToHighlight ?? [], displayed)) options.set(name, { highlight: true });
  for (const attribute of search.attributesToCrop ?? []) {
    const { name, crop } = cropWish(attribute, search.cropLength ?? DEFAULT_CROP_LENGTH);
    for (const field of named([name], displayed)) {
      options.set(field, { highlight: options.get(field)?.highlight ?? false, crop });
    }
  }
  if (options.size === 0) return options;
  for (const name of selection.retrieved) if (!options.has(name)) options.set(name, { highlight: false });
  return new Map([...options].sort(([a], [b]) => compareBytes(a, b)));
}

/** The wishes that hold for a field: its own and those of fields above and below it, put together. */
export function formatOf(options: FormatOptions, field: string): TextFormat | undefined {
  let merged: TextFormat | undefined;
  for (const [name, format] of options) {
    if (!format.highlight && format.crop === undefined) continue;
    if (isWithin(name, field) || isWithin(field, name)) merged = merge(merged, format);
  }
  return merged;
}

function merge(first: TextFormat | undefined, second: TextFormat): TextFormat {
  if (first === undefined) return second;
  const crop = first.crop ?? second.crop;
  const highlight = first.highlight || second.highlight;
  return crop === undefined ? { highlight } : { highlight, crop };
}

function named(names: readonly string[], displayed: ReadonlySet<string>): Iterable<string> {
  return names.includes("*") ? displayed : names.filter((name) => displayed.has(name));
}

/** `title:4` wishes for four words of `title`; what stands after the last colon and is no number is ignored. */
function cropWish(attribute: string, cropLength: number): { name: string; crop: number } {
  const colon = attribute.lastIndexOf(":");
  if (colon === -1) return { name: attribute, crop: cropLength };
  const length = attribute.slice(colon + 1);
  return { name: attribute.slice(0, colon), crop: /^\+?\d+$/.test(length) ? Number(length) : cropLength };
}
