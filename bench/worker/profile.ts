import { existsSync, readFileSync } from "node:fs";
import { type Profiler, Session } from "node:inspector/promises";
import { SourceMap } from "node:module";
import { fileURLToPath } from "node:url";
import { type ProfiledNode, type StageTimes, stageTimes } from "./stages.ts";

const SAMPLE_US = 100;

/** Runs `work` under the profiler of V8 and adds up where its time went, in microseconds. */
export async function profileStages(work: () => Promise<unknown>): Promise<StageTimes> {
  const session = new Session();
  session.connect();
  const unname = nameJson();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: SAMPLE_US });
    await session.post("Profiler.start");
    await work();
    const { profile } = await session.post("Profiler.stop");
    return stageTimes(profiledNodes(profile));
  } finally {
    unname();
    session.disconnect();
  }
}

/** The profiler counts builtins to their callers, which may do other things as well: these are callers that do not. */
function nameJson(): () => void {
  const { parse, stringify } = JSON;
  JSON.parse = function parseJson(...given: Parameters<typeof parse>): unknown {
    return parse(...given);
  };
  JSON.stringify = function stringifyJson(...given: unknown[]): string {
    return (stringify as (...given: unknown[]) => string)(...given);
  } as typeof stringify;
  return () => {
    JSON.parse = parse;
    JSON.stringify = stringify;
  };
}

/** Samples count alike: what lies between two of them may be time that others had the processor. */
function profiledNodes({ nodes, samples = [] }: Profiler.Profile): ProfiledNode[] {
  const selfUsById = new Map<number, number>();
  for (const id of samples) selfUsById.set(id, (selfUsById.get(id) ?? 0) + SAMPLE_US);
  const maps = new Map<string, SourceMap | undefined>();
  return nodes.map(({ id, callFrame, children = [] }) => ({
    id,
    frame: { functionName: callFrame.functionName, source: sourceOf(callFrame, maps) },
    children,
    selfUs: selfUsById.get(id) ?? 0,
  }));
}

/** The worker is a bundle; its maps lead back to the files. */
function sourceOf(
  { url, lineNumber, columnNumber }: Profiler.Profile["nodes"][number]["callFrame"],
  maps: Map<string, SourceMap | undefined>,
): string {
  if (!url.includes("/miroir-bench-worker-")) return url;
  if (!maps.has(url)) maps.set(url, mapOf(fileURLToPath(url)));
  const entry = maps.get(url)?.findEntry(lineNumber, columnNumber);
  return entry !== undefined && "originalSource" in entry ? entry.originalSource : url;
}

function mapOf(file: string): SourceMap | undefined {
  return existsSync(`${file}.map`) ? new SourceMap(JSON.parse(readFileSync(`${file}.map`, "utf8"))) : undefined;
}
