import { type CropWindow, cropWindow } from "./crop.ts";
import { type MatchedText, markedRange, type TermMatch } from "./matches.ts";

/** How one text is to be formatted. */
export interface TextFormat {
  readonly highlight: boolean;
  /** Words to keep; 0 keeps all of them, absent = no cropping. */
  readonly crop?: number;
}

/** What is put around matches and at cropped ends. */
export interface FormatMarkers {
  readonly preTag: string;
  readonly postTag: string;
  readonly cropMarker: string;
}

/** A text with its matches marked, cropped around the best of them. */
export function formatText(matched: MatchedText, format: TextFormat, markers: FormatMarkers): string {
  const { text } = matched;
  const isCropped = format.crop !== undefined && format.crop > 0;
  const window = isCropped ? cropWindow(matched, format.crop) : { start: 0, end: text.length };
  const inner = format.highlight ? markMatches(matched, window, markers) : text.slice(window.start, window.end);
  const head = window.start > 0 ? markers.cropMarker : "";
  const tail = window.end < text.length ? markers.cropMarker : "";
  return `${head}${inner}${tail}`;
}

function markMatches(matched: MatchedText, window: CropWindow, markers: FormatMarkers): string {
  let result = "";
  let at = window.start;
  for (const match of matched.matches) {
    const run = tokenRange(matched, match);
    if (run.end < window.start || run.start > window.end) continue;
    const start = Math.max(run.start, window.start);
    const end = Math.min(run.end, window.end);
    const marked = Math.min(markedRange(matched, match).end, end);
    result += matched.text.slice(Math.min(at, start), start);
    result += `${markers.preTag}${matched.text.slice(start, marked)}${markers.postTag}`;
    result += matched.text.slice(marked, end);
    at = end;
  }
  return result + matched.text.slice(at, Math.max(at, window.end));
}

function tokenRange({ tokens }: MatchedText, match: TermMatch): CropWindow {
  return { start: tokens[match.first]?.start ?? 0, end: tokens[match.last]?.end ?? 0 };
}
