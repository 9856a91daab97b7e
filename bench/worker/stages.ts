/** Where the time of a client goes. */
export const STAGES = ["serialise", "socket", "parse", "merge", "route", "rest"] as const;

/** One of {@link STAGES}. */
type Stage = (typeof STAGES)[number];

/** Microseconds by stage. */
export type StageTimes = Readonly<Record<Stage, number>>;

/** A function of a profile; the builtins of JavaScript have no entry of their own and count to their caller. */
interface ProfiledFrame {
  readonly functionName: string;
  /** Path of the source file it was written in; empty for what V8 does by itself. */
  readonly source: string;
}

/** A place in the tree of calls, and how long it ran itself. */
export interface ProfiledNode {
  readonly id: number;
  readonly frame: ProfiledFrame;
  readonly children: readonly number[];
  readonly selfUs: number;
}

interface Rule {
  readonly stage: Stage;
  readonly source: RegExp;
  readonly functionName?: RegExp;
}

/** The first that fits decides. */
const RULES: readonly Rule[] = [
  { stage: "parse", source: /bench\/worker\/profile\.ts$/, functionName: /^parseJson$/ },
  { stage: "serialise", source: /bench\/worker\/profile\.ts$/, functionName: /^stringifyJson$/ },
  // Bytes become a text before the text becomes values.
  { stage: "parse", source: /src\/transport\/undici\.ts$/, functionName: /^(parseBody|readBody|textOf|unpack)$/ },
  { stage: "parse", source: /src\/transport\/cut-reserved\.ts$/ },
  { stage: "parse", source: /bench\/worker\/bare-searcher\.ts$/, functionName: /^parsed\d*$/ },
  {
    stage: "parse",
    source: /^node:internal\/deps\/undici\//,
    functionName: /^(utf8DecodeBytes|consumeEnd|successSteps)$/,
  },
  { stage: "parse", source: /^node:(zlib|internal\/encoding)$/ },
  { stage: "merge", source: /src\/merge\// },
  { stage: "socket", source: /src\/transport\/|\/undici\/|bench\/worker\/bare-searcher|wasm:/ },
  { stage: "route", source: /src\/(routing|select|routes|execute|cluster|client|core|util|store|tasks|telemetry)\// },
  { stage: "route", source: /node_modules\/meilisearch\// },
  { stage: "socket", source: /^node:(?!internal\/(process|timers|modules|perf|async_hooks|util))/ },
];

/** What nobody asked for: waiting, the profiler itself, and taking the time. Their callees do not count either. */
function isOutside({ functionName, source }: ProfiledFrame): boolean {
  return functionName === "(idle)" || source === "node:inspector" || source.endsWith("bench/histogram.ts");
}

/**
 * Adds up a profile by stage: the self time of each function goes to the stage of the nearest caller that has one, itself
 * first, so that shared helpers and builtins count where they were needed. Collections and the event loop are the rest.
 */
export function stageTimes(nodes: readonly ProfiledNode[]): StageTimes {
  const times: Record<Stage, number> = { serialise: 0, socket: 0, parse: 0, merge: 0, route: 0, rest: 0 };
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const visit = (node: ProfiledNode, inherited: Stage): void => {
    if (isOutside(node.frame)) return;
    const stage = stageOf(node.frame) ?? inherited;
    times[stage] += node.selfUs;
    for (const id of node.children) {
      const child = byId.get(id);
      if (child !== undefined) visit(child, stage);
    }
  };
  const called = new Set(nodes.flatMap(({ children }) => children));
  for (const node of nodes) if (!called.has(node.id)) visit(node, "rest");
  return times;
}

function stageOf({ functionName, source }: ProfiledFrame): Stage | undefined {
  return RULES.find((rule) => rule.source.test(source) && (rule.functionName?.test(functionName) ?? true))?.stage;
}
