import type { OpenFilter } from "./pinned-ids.ts";

/** Why a read asks every shard. */
export type WideReason =
  | OpenFilter
  | "switchedOff"
  | "oneShard"
  | "noFilter"
  | "longFilter"
  | "unreadableFilter"
  | "refusableFilter"
  | "noPrimaryKey"
  | "nestedPrimaryKey"
  | "attributesToSearchOn";

/** Each reason in words that go after "every shard is asked, because". */
export const WIDE_REASONS: Readonly<Record<WideReason, string>> = {
  switchedOff: "`narrowingLimit` is 0",
  oneShard: "the index has one shard",
  noFilter: "there is no filter",
  longFilter: "the filter is too long to be looked at on every search",
  unreadableFilter: "the filter cannot be parsed",
  refusableFilter: "the filter has a part that nodes judge only where they hold certain documents",
  noPrimaryKey: "the index has no primary key yet",
  nestedPrimaryKey: "the primary key lies inside an object",
  attributesToSearchOn: "nodes know the attributes to search on only where documents have them",
  keyNotNamed: "the filter says nothing about the primary key",
  keyOrOther: "documents with any primary key can pass another part of an OR",
  negated: "the filter says only which primary keys are left out",
  noEquality: "the filter compares the primary key with something else than `=` or IN",
  tooManyIds: "the filter names more ids than `narrowingLimit`",
  letters: "a value has so many letters that, in either case, it is more ids than `narrowingLimit`",
  bigNumber: "a value is a number that equals several ids",
  beyondAscii: "a value has characters that no id has, and servers compare it in another form",
  longText: "a value is as long as what servers cut before they compare it",
};
