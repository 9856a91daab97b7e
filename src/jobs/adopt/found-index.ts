import { checkSettings } from "../../cluster/settings/check-settings.ts";
import { defaultSettings } from "../../cluster/settings/default-settings.ts";
import { objectOf, textsOf } from "../../cluster/settings/json-shape.ts";
import { MiroirError } from "../../core/errors.ts";
import type { JsonObject, NodeInfo } from "../../core/types.ts";
import type { Operator } from "../../execute/operator.ts";
import { isReserved, RESERVED_PREFIX } from "../../routing/reserved.ts";
import type { NodeIndex } from "../move/node-indexes.ts";
import { guessLogical, withSecrets } from "../recover/logical-guess.ts";

/** An index of a server that is adopted. */
export interface FoundIndex {
  readonly uid: string;
  readonly primaryKey: string | null;
  readonly documents: number;
  /** As the server shows them. */
  readonly physical: JsonObject;
  /** As users see them, now and afterwards. */
  readonly logical: JsonObject;
  /** What somebody has to look at, in sentences. */
  readonly notes: readonly string[];
}

/** What is known of an index before it is looked at. */
interface IndexToFind extends NodeIndex {
  readonly node: NodeInfo;
  /** Settings that an adoption which was cut short found; undefined when none got to this index. */
  readonly remembered: JsonObject | undefined;
  readonly signal: AbortSignal;
}

/**
 * Looks at an index.
 * @throws MiroirError `miroir_reserved_field` when documents or settings use names of miroir's
 */
export async function findIndex(
  operator: Operator,
  { node, uid, primaryKey, remembered, signal }: IndexToFind,
): Promise<FoundIndex> {
  const ask = <T>(path: string) =>
    operator.demand<T>(node, { method: "GET", path: `indexes/${uid}/${path}`, unchecked: true, signal });
  const physical = await ask<JsonObject>("settings");
  const { numberOfDocuments: documents, fieldDistribution } = await ask<Stats>("stats");
  const field = Object.keys(fieldDistribution).find(isReserved);
  if (field !== undefined && remembered === undefined) throw reserved(uid, field);
  const { settings: logical, notes } =
    remembered !== undefined && isPhysical(physical)
      ? guessLogical(physical, { primaryKey, remembered })
      : asFound(physical);
  checkSettings(logical);
  return { uid, primaryKey, documents, physical, logical, notes };
}

interface Stats {
  readonly numberOfDocuments: number;
  readonly fieldDistribution: Readonly<Record<string, number>>;
}

function asFound(found: JsonObject): ReturnType<typeof guessLogical> {
  const { embedders, notes } = withSecrets(objectOf(found["embedders"]));
  return { settings: { ...defaultSettings, ...found, embedders }, notes };
}

function isPhysical(settings: JsonObject): boolean {
  const rules = settings["filterableAttributes"];
  const isOwn = (rule: JsonObject) => textsOf(rule["attributePatterns"]).some(isReserved);
  return Array.isArray(rules) && rules.some((rule) => isOwn(objectOf(rule)));
}

function reserved(uid: string, field: string): MiroirError {
  return new MiroirError(
    "miroir_reserved_field",
    `Documents of index \`${uid}\` have a field \`${field}\`, and names starting with \`${RESERVED_PREFIX}\` belong to miroir. ` +
      "Rename the field, or leave the index out.",
  );
}
