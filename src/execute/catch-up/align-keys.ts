import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { isSameKey } from "../../merge/api-keys.ts";
import { listKeys } from "../list-keys.ts";
import type { NodeTalk } from "./node-talk.ts";

/** From and to which node keys go. */
export interface KeyCopy {
  readonly source: NodeInfo;
  readonly target: NodeInfo;
  /** Uid of the only key that is copied; all of them when absent. */
  readonly uid?: string | undefined;
}

/**
 * Gives a node the keys of another one, and takes those away that the other one does not have. The texts are equal, since
 * the nodes share the master key.
 */
export async function alignKeys(talk: NodeTalk, { source, target, uid }: KeyCopy): Promise<void> {
  const isMeant = (key: JsonObject) => (uid ?? key["uid"]) === key["uid"];
  const wanted = (await listKeys(talk.operator, source, talk.signal)).filter(isMeant);
  const found = (await listKeys(talk.operator, target, talk.signal)).filter(isMeant);
  for (const key of wanted.reverse()) {
    await putKey(talk, target, { key, known: found.find((other) => other["uid"] === key["uid"]) });
  }
  const uids = new Set(wanted.map((key) => key["uid"]));
  for (const key of found) if (!uids.has(key["uid"])) await removeKey(talk, target, key);
}

/** What a key allows cannot be changed: one that differs there is made anew. */
async function putKey(
  talk: NodeTalk,
  node: NodeInfo,
  { key, known }: { readonly key: JsonObject; readonly known: JsonObject | undefined },
): Promise<void> {
  const { operator, signal } = talk;
  const { uid, name = null, description = null, actions = [], indexes = [], expiresAt = null } = key;
  if (known !== undefined && isSameKey(known, key)) return;
  const body = { uid, name, description, actions, indexes, expiresAt };
  if (known !== undefined && isSameKey({ ...known, name, description }, key)) {
    const words = { name, description };
    await operator.demand(node, { method: "PATCH", path: `keys/${String(uid)}`, body: words, signal });
    return;
  }
  if (known !== undefined) await removeKey(talk, node, known);
  await operator.demand(node, { method: "POST", path: "keys", body, signal });
}

async function removeKey({ operator, signal }: NodeTalk, node: NodeInfo, { uid }: JsonObject): Promise<void> {
  await operator.demand(node, { method: "DELETE", path: `keys/${String(uid)}`, signal });
}
