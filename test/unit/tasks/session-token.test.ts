import { describe, expect, it } from "vitest";
import { MiroirError } from "../../../src/core/errors.ts";
import type { NotedWrite } from "../../../src/tasks/own-writes/noted-write.ts";
import { ReadYourWrites } from "../../../src/tasks/own-writes/read-your-writes.ts";
import { decodeToken, encodeToken } from "../../../src/tasks/own-writes/session-token.ts";

const WRITE: NotedWrite = {
  ...{ taskUid: 374311375277056, index: "movies", shards: "2400", of: 16, isMarked: true },
  parts: { "node-0": [12, 13], "node-ü": [] },
  rows: { "node-0": [9] },
  missed: ["node-2"],
};

/** A token of which one field is not as it should be. */
function forged(change: Record<string, unknown>, write: Record<string, unknown> = {}): string {
  const json = { version: 1, clusterId: "c", writes: [{ ...WRITE, ...write }], ...change };
  return Buffer.from(JSON.stringify(json)).toString("base64url");
}

describe("a token of a session", () => {
  it("says all that is noted, in characters that need no escape", () => {
    const state = { clusterId: "c", writes: [WRITE] };
    expect(encodeToken(state)).toMatch(/^[\w-]+$/);
    expect(decodeToken(encodeToken(state))).toEqual(state);
    expect(decodeToken(encodeToken({ writes: [] }))).toEqual({ writes: [] });
    const { token } = new ReadYourWrites({ token: encodeToken(state) });
    expect(decodeToken(token)).toEqual(state);
  });

  it("is short", () => {
    const { rows: _rows, missed: _missed, ...usual } = WRITE;
    expect(encodeToken({ clusterId: "c", writes: [usual] }).length).toBeLessThan(300);
  });

  it.each([
    ["`token`", "garbage"],
    ["`token`", ""],
    ["`token`", Buffer.from("[]").toString("base64url")],
    ["`token.version`", forged({ version: 2 })],
    ["`token.version`", forged({ version: undefined })],
    ["`token.clusterId`", forged({ clusterId: 7 })],
    ["`token.writes`", forged({ writes: {} })],
    ["`token.writes[0]`", forged({ writes: [null] })],
    ["`token.writes[0].taskUid`", forged({}, { taskUid: -1 })],
    ["`token.writes[0].parts`", forged({}, { parts: { "node-0": ["1"] } })],
    ["`token.writes[0].parts`", forged({}, { parts: undefined })],
    ["`token.writes[0].index`", forged({}, { index: 1 })],
    ["`token.writes[0].shards`", forged({}, { shards: "xyz" })],
    ["`token.writes[0].of`", forged({}, { of: 1e9 })],
    ["`token.writes[0].of`", forged({}, { of: undefined })],
    ["`token.writes[0].isMarked`", forged({}, { isMarked: 1 })],
    ["`token.writes[0].rows`", forged({}, { rows: [] })],
    ["`token.writes[0].missed`", forged({}, { missed: "node-0" })],
  ])("is refused naming %s when that is wrong", (field, token) => {
    let refusal: unknown;
    try {
      decodeToken(token);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(MiroirError);
    expect(refusal).toMatchObject({ code: "miroir_invalid_session", response: { status: 400 } });
    expect((refusal as MiroirError).message).toContain(`${field} `);
  });
});

describe("the options of a session", () => {
  it.each([
    ["mode", { mode: "hope" as "wait" }],
    ["onTimeout", { onTimeout: "" as "error" }],
    ["timeoutMs", { timeoutMs: -1 }],
    ["timeoutMs", { timeoutMs: Number.NaN }],
  ])("are refused naming `%s` when that is wrong", (field, options) => {
    expect(() => new ReadYourWrites(options)).toThrow(`\`session.${field}\` is`);
  });

  it("have defaults", () => {
    expect(new ReadYourWrites().options).toEqual({ mode: "wait", timeoutMs: 5000, onTimeout: "error" });
  });
});
