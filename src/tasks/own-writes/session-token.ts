import { MiroirError } from "../../core/errors.ts";
import { isObject } from "../../merge/answer-shape.ts";
import { fromBase64Url, toBase64Url } from "../../util/base64url.ts";
import type { NotedWrite } from "./noted-write.ts";

/** Version of the token's form; another one is refused. */
const VERSION = 1;

/** What a token says. */
export interface SessionState {
  /** Id of the cluster that the writes went to; absent before the first. */
  readonly clusterId?: string;
  readonly writes: readonly NotedWrite[];
}

/** A session as text: JSON in base64url. */
export function encodeToken({ clusterId, writes }: SessionState): string {
  const json = JSON.stringify({ version: VERSION, ...(clusterId !== undefined && { clusterId }), writes });
  return toBase64Url(json);
}

/**
 * Reads what {@link encodeToken} wrote.
 * @throws MiroirError `miroir_invalid_session` naming the field
 */
export function decodeToken(token: string): SessionState {
  const given = parse(token);
  if (!isObject(given)) throw invalid("", "is no token of a session");
  const { version, clusterId, writes } = given;
  if (version !== VERSION) throw invalid(".version", `is ${shown(version)}, and this release reads ${VERSION}`);
  if (clusterId !== undefined && typeof clusterId !== "string") throw invalid(".clusterId", "is no text");
  if (!Array.isArray(writes)) throw invalid(".writes", "is no list");
  for (const [at, write] of writes.entries()) checkWrite(write, `.writes[${at}]`);
  return { ...(clusterId !== undefined && { clusterId }), writes: writes as unknown as readonly NotedWrite[] };
}

/** Refuses a session, saying what of it is wrong. */
export function invalid(field: string, problem: string): MiroirError {
  const remedy = "Hand over `session.token` unchanged, or begin a new session.";
  return new MiroirError("miroir_invalid_session", `\`token${field}\` ${problem}. ${remedy}`);
}

function parse(token: unknown): unknown {
  if (typeof token !== "string") return undefined;
  try {
    return JSON.parse(fromBase64Url(token));
  } catch {
    return undefined; // the caller says so
  }
}

type Check = (value: unknown) => boolean;

const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isText: Check = (value) => typeof value === "string";
const isTasks: Check = (value) =>
  isObject(value) && Object.values(value).every((uids) => Array.isArray(uids) && uids.every(isCount));

/** What each field of a write must be; all but the first may be absent. */
const FIELDS: readonly (readonly [name: string, isValid: Check, form: string])[] = [
  ["index", isText, "a text"],
  ["shards", (value) => isText(value) && /^(\*|[0-9a-f]+)$/.test(String(value)), "a set of shards"],
  ["of", (value) => isCount(value) && Number(value) <= 4096, "a number of shards"],
  ["isMarked", (value) => value === true, "`true`"],
  ["rows", isTasks, "lists of task numbers by node"],
  ["missed", (value) => Array.isArray(value) && value.every(isText), "a list of nodes"],
];

function checkWrite(write: unknown, at: string): void {
  if (!isObject(write)) throw invalid(at, "is no object");
  if (!isCount(write["taskUid"])) throw invalid(`${at}.taskUid`, "is no task number");
  if (!isTasks(write["parts"])) throw invalid(`${at}.parts`, "is not lists of task numbers by node");
  for (const [name, isValid, form] of FIELDS) {
    if (write[name] !== undefined && !isValid(write[name])) throw invalid(`${at}.${name}`, `is not ${form}`);
  }
  if (write["shards"] !== undefined && !write["of"]) throw invalid(`${at}.of`, "is missing beside `shards`");
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
