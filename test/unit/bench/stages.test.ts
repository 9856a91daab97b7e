import { describe, expect, it } from "vitest";
import { type ProfiledNode, stageTimes } from "../../../bench/worker/stages.ts";

type Tree = readonly [functionName: string, source: string, selfUs: number, ...children: Tree[]];

/** Numbers the functions of a tree of calls as the profiler does. */
function nodesOf(root: Tree): ProfiledNode[] {
  const nodes: ProfiledNode[] = [];
  const add = ([functionName, source, selfUs, ...children]: Tree): number => {
    const id = nodes.length + 1;
    const node = { id, frame: { functionName, source }, selfUs, children: [] as number[] };
    nodes.push(node);
    for (const child of children) node.children.push(add(child));
    return id;
  };
  add(root);
  return nodes;
}

const NOTHING = { serialise: 0, socket: 0, parse: 0, merge: 0, route: 0, rest: 0 };

describe("stageTimes", () => {
  it("counts a function to the stage of its own file", () => {
    const times = stageTimes(
      nodesOf([
        "(root)",
        "",
        0,
        ["search", "../../src/routes/search.ts", 5, ["mergeSearch", "../../src/merge/search.ts", 7]],
        ["resume", "file:///app/node_modules/undici/lib/dispatcher/client.js", 11],
        ["textOf", "../../src/transport/undici.ts", 13],
      ]),
    );
    expect(times).toEqual({ ...NOTHING, route: 5, merge: 7, socket: 11, parse: 13 });
  });

  it("counts builtins and unknown helpers to the nearest caller that has a stage", () => {
    const times = stageTimes(
      nodesOf([
        "(root)",
        "",
        0,
        ["onStreamRead", "node:internal/stream_base_commons", 1, ["writev", "", 20, ["indexOf", "", 3]]],
        ["planSearch", "../../src/merge/shard-request.ts", 2, ["sort", "", 4, ["helper", "elsewhere.js", 5]]],
      ]),
    );
    expect(times).toEqual({ ...NOTHING, socket: 24, merge: 11 });
  });

  it("tells reading and writing JSON from what surrounds them", () => {
    const profile = "../../bench/worker/profile.ts";
    const client = "file:///app/node_modules/meilisearch/dist/index.js";
    const times = stageTimes(
      nodesOf(["#a", client, 2, ["parseJson", profile, 30, ["parse", "", 40]], ["stringifyJson", profile, 5]]),
    );
    expect(times).toEqual({ ...NOTHING, route: 2, parse: 70, serialise: 5 });
  });

  it("leaves out waiting, the profiler and the taking of times, with all that they call", () => {
    const times = stageTimes(
      nodesOf([
        "(root)",
        "",
        0,
        ["(idle)", "", 1000],
        ["post", "node:inspector", 10, ["dispatch", "", 900]],
        ["entries", "../../bench/histogram.ts", 100],
        ["(garbage collector)", "", 6],
        ["(program)", "", 7],
      ]),
    );
    expect(times).toEqual({ ...NOTHING, rest: 13 });
  });

  it("loses no time: the stages add up to everything that counts", () => {
    const nodes = nodesOf([
      "(root)",
      "",
      3,
      ["processTicksAndRejections", "node:internal/process/task_queues", 4, ["lane", "../../bench/worker/loop.ts", 5]],
      ["dispatch", "../../src/client/session.ts", 6],
    ]);
    const sum = Object.values(stageTimes(nodes)).reduce((total, us) => total + us, 0);
    expect(sum).toBe(18);
  });
});
