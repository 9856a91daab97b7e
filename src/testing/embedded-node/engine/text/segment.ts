import type { Script } from "./script.ts";

const segmenters = new Map<string, Intl.Segmenter>();
const ARABIC_ARTICLE = /^[\u0627\u0623\u0625\u0622\u0671]\u0644/;

/**
 * Words of a run of text without separators. Only scripts that write words together are cut, by the platform's
 * dictionary: near to the server's dictionaries, not equal to them. Arabic loses its article, as on the server.
 */
export function segmentWords(run: string, script: Script): string[] {
  switch (script) {
    case "cj":
      return byDictionary(run, /[\u3040-\u30ff]/.test(run) ? "ja" : "zh");
    case "thai":
      return byDictionary(run, "th");
    case "khmer":
      return byDictionary(run, "km");
    case "arabic":
      return run.length > 2 && ARABIC_ARTICLE.test(run) ? [run.slice(0, 2), run.slice(2)] : [run];
    default:
      return [run];
  }
}

function byDictionary(run: string, locale: string): string[] {
  let segmenter = segmenters.get(locale);
  if (segmenter === undefined) {
    segmenter = new Intl.Segmenter(locale, { granularity: "word" });
    segmenters.set(locale, segmenter);
  }
  return [...segmenter.segment(run)].map((part) => part.segment);
}
