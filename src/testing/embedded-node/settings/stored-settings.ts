import type { JsonObject, JsonValue } from "../../../core/types.ts";
import type { EngineSettings } from "../engine/contract.ts";
import type { Setting } from "./setting.ts";
import { SETTINGS, type SettingName } from "./settings-table.ts";

/** What was set explicitly on an index; an absent setting has its default. */
export type StoredSettings = Partial<Readonly<Record<SettingName, JsonValue>>>;

/** Checked changes: `null` = back to the default. */
export type SettingsChange = Partial<Record<SettingName, JsonValue>>;

const ENTRIES = Object.entries(SETTINGS) as [SettingName, Setting][];

/** One setting as it is read back. */
export function readSetting(stored: StoredSettings, name: SettingName): JsonValue {
  const setting: Setting = SETTINGS[name];
  const kept = stored[name];
  if (kept === undefined) return setting.initial;
  return setting.present === undefined ? kept : setting.present(kept);
}

/** All settings as they are read back, in the server's order. */
export function readSettings(stored: StoredSettings): JsonObject {
  const shown = ENTRIES.filter(([, setting]) => setting.hidden !== true);
  return Object.fromEntries(shown.map(([name]) => [name, readSetting(stored, name)]));
}

/** The settings after a change. */
export function applyChange(stored: StoredSettings, change: SettingsChange): StoredSettings {
  const result: Partial<Record<SettingName, JsonValue>> = { ...stored };
  for (const [name, setting] of ENTRIES) {
    const sent = change[name];
    if (sent === undefined) continue;
    const kept = sent === null ? undefined : setting.merge === undefined ? sent : setting.merge(result[name], sent);
    if (kept === undefined) delete result[name];
    else result[name] = kept;
  }
  return result;
}

/** The details of a settings task: the change in the server's order, resets in its words. */
export function changeDetails(change: SettingsChange): JsonObject {
  const details: JsonObject = {};
  for (const [name, setting] of ENTRIES) {
    const sent = change[name];
    if (sent !== undefined) details[name] = sent === null ? (setting.resetDetail ?? null) : sent;
  }
  return details;
}

/** A change that puts every setting back. */
export function resetChange(): SettingsChange {
  return Object.fromEntries(ENTRIES.map(([name]) => [name, null]));
}

/** The settings the engine works with: everything as it is read back. */
export function engineSettings(stored: StoredSettings): EngineSettings {
  // Each reader of the table lets only values of the engine's own shapes through.
  return readSettings(stored) as unknown as EngineSettings;
}
