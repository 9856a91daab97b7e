import { ApiError } from "../http/api-error.ts";
import { ok, type Reply } from "../http/message.ts";
import { readBody } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { checkIndexUid } from "../indexes/index-uid.ts";
import type { Setting } from "../settings/setting.ts";
import { SETTINGS, type SettingName } from "../settings/settings-table.ts";
import {
  applyChange,
  changeDetails,
  engineSettings,
  readSetting,
  readSettings,
  resetChange,
  type SettingsChange,
  type StoredSettings,
} from "../settings/stored-settings.ts";
import { wrongWordSizes } from "../settings/typo-tolerance.ts";
import { type Fields, nullable, object } from "../validation/readers.ts";
import { enqueue } from "./enqueue.ts";

const ENTRIES = Object.entries(SETTINGS) as [SettingName, Setting][];

const readChange = object<SettingsChange>(
  Object.fromEntries(
    ENTRIES.map(([name, { read, code }]) => [name, { read: nullable(read), code }]),
  ) as unknown as Fields<SettingsChange>,
);

/** All settings at once, and each setting on a route of its own. */
export const settingsRoutes: readonly Route[] = [
  { method: "GET", path: "/indexes/:indexUid/settings", action: "settings.get", handle: getSettings },
  { method: "PATCH", path: "/indexes/:indexUid/settings", action: "settings.update", handle: patchSettings },
  { method: "DELETE", path: "/indexes/:indexUid/settings", action: "settings.update", handle: resetSettings },
  ...ENTRIES.flatMap(([name, setting]) => routesOf(name, setting)),
];

function getSettings({ node, params }: RouteContext): Reply {
  return ok(readSettings(node.index(checkIndexUid(params["indexUid"] ?? "")).settings));
}

function patchSettings(context: RouteContext): Reply {
  return update(context, readBody(context, readChange));
}

function resetSettings(context: RouteContext): Reply {
  return reset(context, resetChange());
}

function routesOf(name: SettingName, setting: Setting): Route[] {
  const path = `/indexes/:indexUid/settings/${setting.route}`;
  const read = nullable(setting.read);
  return [
    {
      method: "GET",
      path,
      action: "settings.get",
      handle: ({ node, params }) => ok(readSetting(node.index(checkIndexUid(params["indexUid"] ?? "")).settings, name)),
    },
    {
      method: setting.verb,
      path,
      action: "settings.update",
      handle: (context) => update(context, { [name]: readBody(context, read, setting.code) }),
    },
    { method: "DELETE", path, action: "settings.update", handle: (context) => reset(context, { [name]: null }) },
  ];
}

function update(context: RouteContext, change: SettingsChange): Reply {
  const uid = checkIndexUid(context.params["indexUid"] ?? "");
  checkChange(context, change);
  return enqueueChange(context, change, context.access.mayCreateIndex(uid));
}

/** A reset never makes the index. */
function reset(context: RouteContext, change: SettingsChange): Reply {
  return enqueueChange(context, change, false);
}

function enqueueChange({ node, params }: RouteContext, change: SettingsChange, mayCreate: boolean): Reply {
  const uid = checkIndexUid(params["indexUid"] ?? "");
  const details = changeDetails(change);
  return enqueue(node, {
    type: "settingsUpdate",
    indexUid: uid,
    details,
    run: () => {
      const index = node.indexForWrite(uid, mayCreate);
      const settings = applyChange(index.settings, change);
      checkWordSizes(uid, settings);
      index.configure(settings);
      node.touch(index);
      return details;
    },
  });
}

/** The sizes of a change are only known to be right together with those kept before. */
function checkWordSizes(uid: string, settings: StoredSettings): void {
  const { oneTypo, twoTypos } = engineSettings(settings).typoTolerance.minWordSizeForTypos;
  if (oneTypo <= twoTypos) return;
  throw new ApiError("invalid_settings_typo_tolerance", `Index \`${uid}\`: ${wrongWordSizes(oneTypo, twoTypos)}`);
}

/** What the server checks once the shape is known to be right. */
function checkChange({ node }: RouteContext, change: SettingsChange): void {
  const rules = change.rankingRules;
  if (
    Array.isArray(rules) &&
    rules.includes("attribute") &&
    rules.some((r) => r === "attributeRank" || r === "wordPosition")
  ) {
    throw new ApiError(
      "invalid_settings_ranking_rules",
      "Mixed usage of the attribute, attributeRank, and wordPosition ranking rules. You must either use the attribute ranking rule alone or the attributeRank and wordPosition ranking rules.",
    );
  }
  if (change.foreignKeys !== undefined && change.foreignKeys !== null) {
    node.features.require({
      feature: "foreignKeys",
      action: "setting `foreignKeys` in the index settings",
      name: "foreign_keys",
      link: "https://github.com/orgs/meilisearch/discussions/873",
    });
  }
  if (change.chat !== undefined && change.chat !== null) {
    node.features.require({
      feature: "chatCompletions",
      action: "setting `chat` in the index settings",
      name: "chat completions",
      link: "https://github.com/orgs/meilisearch/discussions/835",
    });
  }
  const embedders = Object.values((change.embedders ?? {}) as Record<string, { source?: string } | null>);
  if (embedders.some((embedder) => embedder?.source === "composite")) {
    node.features.require({
      feature: "compositeEmbedders",
      action: 'using `"composite"` as source',
      name: "composite embedders",
      link: "https://github.com/orgs/meilisearch/discussions/816",
    });
  }
}
