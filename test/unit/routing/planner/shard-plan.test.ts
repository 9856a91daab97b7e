import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../../src/core/types.ts";
import { type PlanContext, planShards } from "../../../../src/routing/planner/shard-plan.ts";
import type { WideReason } from "../../../../src/routing/planner/wide-reason.ts";

/** Ids are numbers below the number of shards, and each is its own shard. */
const context: PlanContext = {
  primaryKey: "id",
  filterableAttributes: ["id", "genre", "year"],
  shards: 64,
  mostIds: 8,
  shardOf: (id) => Number(id) % 64,
};

const shardsOf = (filter: JsonValue, own: Partial<PlanContext> = {}) =>
  planShards({ filter }, { ...context, ...own }).shards;

function reasonOf(filter: JsonValue, own: Partial<PlanContext> = {}): WideReason | undefined {
  const plan = planShards({ filter }, { ...context, ...own });
  return plan.shards === "all" ? plan.reason : undefined;
}

describe("the shards of a filter", () => {
  it.each<[string, JsonValue, readonly number[]]>([
    ["an equality names one", "id = 42", [42]],
    ["a list names several, in order", "id IN [42, 7, 7]", [7, 42]],
    ["a list of nothing leaves the first, which judges the request", "id IN []", [0]],
    ["a value that no id equals leaves the first", 'id = "x@y"', [0]],
    ["AND with other fields keeps them", "genre = drama AND id = 42 AND NOT year > 3", [42]],
    ["AND of two keeps what both name", "id IN [1, 2, 3] AND id IN [3, 4, 1]", [1, 3]],
    ["AND of contradictions leaves the first", "id = 1 AND id = 2", [0]],
    ["OR joins them", "id = 1 OR (id IN [2, 3] AND genre = drama)", [1, 2, 3]],
    ["lists are joined by AND, lists in them by OR", [["id = 1", "id = 2"], "id IN [2, 3]"], [2]],
    ["quotes and escapes mean what they say", '"id" = "\\u0034\\x32"', [42]],
    ["a value with zeros before it is two ids", "id = 042", [42]],
    ["an over-long list does not matter beside an equality", "id IN [1,2,3,4,5,6,7,8,9] AND id = 5", [5]],
    ["what is negated does not matter beside an equality", "id = 5 AND NOT id = 6", [5]],
    ["conditions on other documents' fields do not count", "id = 5 AND idx = 6", [5]],
  ])("%s", (_, filter, shards) => {
    expect(shardsOf(filter)).toEqual(shards);
  });

  it.each<[WideReason, string, JsonValue]>([
    ["noFilter", "there is none", null],
    ["keyNotNamed", "it is blank", " "],
    ["keyNotNamed", "it is an empty list", []],
    ["unreadableFilter", "it cannot be parsed", "id = "],
    ["unreadableFilter", "it is no filter at all", { id: 1 }],
    ["keyNotNamed", "it is about other fields", "genre = drama"],
    ["keyNotNamed", "it is about a field whose name begins alike", "ids = 3 AND identity = 4"],
    ["keyNotNamed", "other fields may pass alone", "genre = id OR year = 3"],
    ["keyOrOther", "the key is one way of many to pass", "id = 1 OR genre = drama"],
    ["negated", "the key is excluded", "id != 1"],
    ["negated", "the key is excluded by NOT", "NOT (id = 1 OR id = 2)"],
    ["negated", "the key is excluded by a list", "id NOT IN [1]"],
    ["negated", "one way to pass excludes the key", "id = 1 OR id != 2"],
    ["noEquality", "the key is in a range", "id > 1"],
    ["noEquality", "the key is between", "id 1 TO 3"],
    ["noEquality", "the key exists", "id EXISTS"],
    ["noEquality", "the key begins with something", "id STARTS WITH 4"],
    ["tooManyIds", "it names too many", "id IN [1,2,3,4,5,6,7,8,9]"],
    ["tooManyIds", "it names too many one by one", [["id IN [1,2,3,4,5]", "id IN [6,7,8,9]"]]],
    ["tooManyIds", "each value is several ids", "id IN [abc, abd]"],
    ["letters", "a value has many letters", "id = abcd"],
    ["bigNumber", "a value is beyond exact floats", "id = 9007199254740992"],
    ["longFilter", "it is very long", `id = 1 AND genre = "${"x".repeat(9000)}"`],
    ["refusableFilter", "a place is asked for, which not every node judges", "id = 1 AND _geoRadius(1, 2, 3)"],
    ["refusableFilter", "another index is asked", "id = 1 AND _foreign(genre, id = 2)"],
    ["keyNotNamed", "only documents of another index are named", "_foreign(genre, id = 2)"],
  ])("are all, with reason %s, when %s", (reason, _, filter) => {
    expect(reasonOf(filter)).toBe(reason);
  });

  it("are all where narrowing has no meaning", () => {
    expect(reasonOf("id = 1", { mostIds: 0 })).toBe("switchedOff");
    expect(reasonOf("id = 1", { shards: 1 })).toBe("oneShard");
    expect(reasonOf("id = 1", { primaryKey: null })).toBe("noPrimaryKey");
    expect(reasonOf("a.id = 1", { primaryKey: "a.id" })).toBe("nestedPrimaryKey");
    const plan = planShards({ filter: "id = 1", attributesToSearchOn: ["title"] }, context);
    expect(plan).toEqual({ shards: "all", reason: "attributesToSearchOn" });
  });

  it("are all when a rule of the settings may refuse an operator", () => {
    const rule = (filter: object) => ["id", { attributePatterns: ["*"], features: { filter } }];
    const equalityOnly = { filterableAttributes: rule({ equality: true, comparison: false }) };
    expect(shardsOf("id = 1 AND genre IN [drama]", equalityOnly)).toEqual([1]);
    expect(reasonOf("id = 1 AND year > 3", equalityOnly)).toBe("refusableFilter");
    expect(reasonOf("id = 1 AND year 3 TO 5", equalityOnly)).toBe("refusableFilter");
    const comparisonOnly = { filterableAttributes: rule({ equality: false, comparison: true }) };
    expect(reasonOf("id = 1", comparisonOnly)).toBe("refusableFilter");
    expect(reasonOf("id = 1 AND genre EXISTS", comparisonOnly)).toBe("refusableFilter");
    expect(shardsOf("id = 1 AND year > 3", { filterableAttributes: rule({ comparison: true }) })).toEqual([1]);
    expect(reasonOf("id = 1 AND year > 3", { filterableAttributes: [{}] })).toBe("refusableFilter");
  });
});
