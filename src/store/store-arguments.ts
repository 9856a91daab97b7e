import type { Lease, StoreChange } from "./state-store.ts";

/** Names longer than this are refused by every backend, in code units. */
const LONGEST_NAME = 512;

/** @throws RangeError when no store takes a key, lease or log of this name */
export function checkName(what: "key" | "lease" | "log" | "holder", name: string): void {
  if (name.length === 0 || name.length > LONGEST_NAME) {
    throw new RangeError(`A ${what} has 1 to ${LONGEST_NAME} characters, not ${name.length}.`);
  }
  checkUnicode(what, name);
}

/** @throws RangeError for half a surrogate pair, which UTF-8 cannot carry: two names would become one */
export function checkUnicode(what: string, text: string): void {
  if (/\p{Surrogate}/u.test(text))
    throw new RangeError(`The ${what} ${JSON.stringify(text)} is no well-formed Unicode.`);
}

/** @throws RangeError unless the number is a whole one from `least` on */
export function checkWhole(what: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${what} is ${value}, which is no whole number from ${least} on.`);
  }
}

/** @throws RangeError when a commit cannot mean anything */
export function checkChanges(changes: readonly StoreChange[]): void {
  const keys = new Set<string>();
  for (const { key, expected, ttlMs } of changes) {
    checkName("key", key);
    if (keys.has(key)) throw new RangeError(`The key ${JSON.stringify(key)} is twice in one commit.`);
    keys.add(key);
    if (ttlMs !== undefined) checkWhole("`ttlMs`", ttlMs, 1);
    if (typeof expected === "number") checkWhole("`expected`", expected, 0);
  }
}

/** @throws RangeError when a lease cannot have come from a store */
export function checkLease({ name, holder, token, ttlMs }: Lease): void {
  checkName("lease", name);
  checkName("holder", holder);
  checkWhole("`token`", token, 0);
  checkWhole("`ttlMs`", ttlMs, 1);
}
