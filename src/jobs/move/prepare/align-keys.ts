import { MiroirError } from "../../../core/errors.ts";
import type { JsonObject, NodeInfo } from "../../../core/types.ts";
import { listKeys } from "../../../execute/list-keys.ts";
import type { Operator } from "../../../execute/operator.ts";
import { isSameKey } from "../../../merge/api-keys.ts";
import type { NewNode } from "./require-fit.ts";

/**
 * Gives a node the API keys of another one, with their uids: their texts follow from the master key, and are good on both.
 * @param except uids of keys that stay behind
 * @throws MiroirError `miroir_invalid_config` when the texts differ, so that the master keys do
 */
export async function alignKeys(
  { cluster, node, signal }: NewNode,
  { model, except }: { readonly model: NodeInfo; readonly except: ReadonlySet<string> },
): Promise<void> {
  const { operator, clock } = cluster;
  const isWanted = ({ uid, expiresAt }: JsonObject) => {
    return !except.has(String(uid)) && !(typeof expiresAt === "string" && Date.parse(expiresAt) <= clock.now());
  };
  const keys = (await listKeys(operator, model, signal)).filter(isWanted);
  const known = new Map((await listKeys(operator, node, signal)).map((key) => [key["uid"], key]));
  // Oldest first, so that every node lists them in the same order.
  for (const key of keys.toReversed()) {
    const held = known.get(key["uid"]);
    const isHeld = held !== undefined && isSameKey(held, key);
    const text = isHeld ? held["key"] : await putKey(operator, { node, key, isTaken: held !== undefined }, signal);
    if (text !== key["key"]) throw otherMasterKey(node);
  }
}

/** Answers the text of the key. */
async function putKey(
  operator: Operator,
  { node, key, isTaken }: { readonly node: NodeInfo; readonly key: JsonObject; readonly isTaken: boolean },
  signal: AbortSignal,
): Promise<unknown> {
  const { uid, name, description, actions, indexes, expiresAt } = key;
  if (isTaken) await operator.demand(node, { method: "DELETE", path: `keys/${String(uid)}`, signal });
  const body = { uid, name, description, actions, indexes, expiresAt };
  return (await operator.demand<JsonObject>(node, { method: "POST", path: "keys", body, signal }))["key"];
}

function otherMasterKey({ id, url }: NodeInfo): MiroirError {
  const message = `Node \`${id}\` (${url}) has another master key than the cluster. Start it with the same \`--master-key\`.`;
  return new MiroirError("miroir_invalid_config", message);
}
