import { fileURLToPath } from "node:url";
import { MeilisearchError } from "meilisearch";
import { describe, expect, it } from "vitest";
import { compatibilityRows } from "../support/compatibility-table.ts";
import { CLIENT_CALLS } from "../support/one-server/client-calls.ts";
import { Comparable } from "../support/one-server/comparable.ts";
import { INDEX_CALLS } from "../support/one-server/index-calls.ts";
import { type Call, startPair } from "../support/one-server/pair.ts";
import { PARAMETER_CALLS } from "../support/one-server/parameter-calls.ts";
import { SETTING_CALLS } from "../support/one-server/setting-calls.ts";
import { TASK_CALLS } from "../support/one-server/task-calls.ts";

/** What a server refuses is an answer too. */
async function outcome(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MeilisearchError) return error;
    throw error;
  }
}

/** Makes the calls one after the other to a cluster and to one server, which must say the same each time. */
async function expectSame(calls: readonly Call[]): Promise<void> {
  const { cluster, alone } = await startPair();
  const [ours, theirs] = [new Comparable(), new Comparable()];
  for (const [position, call] of calls.entries()) {
    const [given, wanted] = await Promise.all([outcome(call(cluster)), outcome(call(alone))]);
    if (position === 0) expect(wanted, "a method's first call is one that succeeds").not.toBeInstanceOf(Error);
    expect(ours.of(given), `call ${position}`).toEqual(theirs.of(wanted));
  }
}

/** Calls by the section of docs/compatibility.md and the name of the method, setting or parameter. */
const CALLS: Readonly<Record<string, Readonly<Record<string, readonly Call[]>>>> = {
  Meilisearch: CLIENT_CALLS,
  Index: { ...INDEX_CALLS, ...SETTING_CALLS },
  TaskClient: TASK_CALLS,
  "Search parameters": PARAMETER_CALLS,
};

/** Reading, changing and resetting a setting are called together. */
const settingOf = (method: string) => method.replace(/^(?:get|update|reset)/, "");

describe("a cluster of three servers with two copies of each document answers as one server", () => {
  for (const [section, calls] of Object.entries(CALLS)) {
    it.each(Object.entries(calls))(`${section}: %s`, (_, each) => expectSame(each));

    it(`is asked for everything of ${section} that docs/compatibility.md says it is`, () => {
      const rows = compatibilityRows(section).filter(({ test }) => test === fileURLToPath(import.meta.url));
      const missing = rows.filter(({ name }) => calls[name] === undefined && calls[settingOf(name)] === undefined);
      expect(rows).not.toEqual([]);
      expect(missing).toEqual([]);
    });
  }
});
