import { defaultSettings } from "../../cluster/settings/default-settings.ts";
import { isObject, objectOf, sameJson, textsOf } from "../../cluster/settings/json-shape.ts";
import { toLogical } from "../../cluster/settings/logical.ts";
import { physicalFacetMax, toPhysical } from "../../cluster/settings/physical.ts";
import type { JsonObject } from "../../core/types.ts";

/** Logical settings, and what of them somebody has to look at. */
export interface LogicalGuess {
  readonly settings: JsonObject;
  /** Whole sentences. */
  readonly notes: readonly string[];
}

/** What is known of an index beside its settings on the nodes. */
interface GuessContext {
  readonly primaryKey: string | null;
  /** The last logical settings that anybody remembers. */
  readonly remembered: JsonObject;
}

/**
 * The logical settings of an index from those of a node. A node does not tell all of them: where the last ones that are
 * remembered lead to what it shows, they are taken.
 */
export function guessLogical(found: JsonObject, { primaryKey, remembered }: GuessContext): LogicalGuess {
  const faceting = { maxValuesPerFacet: facetMaxOf(found, remembered) };
  const bare = { ...defaultSettings, ...toLogical(found, { faceting }) };
  const displayed = remembered["displayedAttributes"] ?? ["*"];
  const asRemembered = toPhysical({ ...bare, displayedAttributes: displayed }, { primaryKey })["displayedAttributes"];
  const isRemembered = sameSet(asRemembered, found["displayedAttributes"]);
  const { embedders, notes } = withSecrets(objectOf(bare["embedders"]), objectOf(remembered["embedders"]));
  return {
    settings: { ...bare, ...(isRemembered && { displayedAttributes: displayed }), embedders },
    notes: isRemembered ? notes : [...notes, DISPLAYED],
  };
}

const DISPLAYED =
  "`displayedAttributes` may show more than before: the nodes display the primary key, and what hits are sorted by, as well. Look at them.";

function facetMaxOf(found: JsonObject, remembered: JsonObject): number {
  const max = (settings: JsonObject) => Number(objectOf(settings["faceting"])["maxValuesPerFacet"]);
  const last = max(remembered["faceting"] === undefined ? defaultSettings : remembered);
  if (physicalFacetMax(last) === max(found)) return last;
  const isTold = max(found) % 10 === 0 && physicalFacetMax(max(found) / 10) === max(found) && max(found) > 1000;
  return isTold ? max(found) / 10 : max(defaultSettings);
}

/** Nodes mask the keys of embedders: those that are remembered stay, others have to be given again. */
export function withSecrets(
  embedders: JsonObject,
  remembered: JsonObject = {},
): { readonly embedders: JsonObject; readonly notes: string[] } {
  const notes: string[] = [];
  const whole = Object.entries(embedders).map(([name, embedder]) => {
    if (!isObject(embedder) || embedder["apiKey"] === undefined) return [name, embedder] as const;
    const { apiKey: _, ...shown } = embedder;
    const known = objectOf(remembered[name])["apiKey"];
    if (known !== undefined) return [name, { ...shown, apiKey: known }] as const;
    notes.push(`The \`apiKey\` of embedder \`${name}\` is not known. Give it again, before another node joins.`);
    return [name, shown] as const;
  });
  return { embedders: Object.fromEntries(whole), notes };
}

function sameSet(a: JsonObject[string] | undefined, b: JsonObject[string] | undefined): boolean {
  return sameJson(textsOf(a).sort(), textsOf(b).sort());
}
