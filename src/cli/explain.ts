import { Command } from "commander";
import { MiroirClient } from "../client/miroir.ts";
import type { ExplainedNode, Explanation } from "../core/explanation.ts";
import { type ClientFlags, clientConfig, withClientFlags } from "./client-config.ts";
import { EXIT } from "./exit-code.ts";
import { refusable } from "./refusable.ts";
import { type SearchFlags, searchOf, withSearchFlags } from "./search-flags.ts";
import { counted } from "./terminal/counted.ts";
import { paintFor } from "./terminal/paint.ts";
import { print } from "./terminal/print.ts";
import { tableLines } from "./terminal/table.ts";

interface ExplainFlags extends ClientFlags, SearchFlags {
  readonly tenant?: string;
  readonly json?: boolean;
}

/** `miroir explain`: what a client would do with a search, and why. */
export function explainCommand(): Command {
  return withSearchFlags(withClientFlags(new Command("explain")))
    .description(
      "what a client that starts now would do with a search, and why; ends with 3 when shards would be missing",
    )
    .option("--tenant <name>", "as `tenant` of the client: which group answers")
    .option("--json", "print one JSON document")
    .action(runExplain);
}

async function runExplain(index: string, query: string, flags: ExplainFlags): Promise<void> {
  await using client = new MiroirClient({ ...(await clientConfig(flags)), repair: false });
  const { preference, tenant } = flags;
  const call = { ...(preference === undefined ? {} : { preference }), ...(tenant === undefined ? {} : { tenant }) };
  const explanation = await refusable(client.index(index).with(call).explain(query, searchOf(flags)));
  print(explanation, flags, explanationLines);
  if (explanation.shards.missing.length > 0) process.exitCode = EXIT.found;
}

function explanationLines(explanation: Explanation): string[] {
  const { index, physicalIndex, epoch, settingsVersion, kind, shards, nodes, leftOut } = explanation;
  const columns = [
    { title: "node" },
    { title: "shards", isNumber: true },
    { title: "hits", isNumber: true },
    { title: "hedge after", isNumber: true },
  ];
  return [
    `index ${index} (${physicalIndex} on the nodes), settings version ${settingsVersion}, epoch ${epoch}, by ${wordsFor(kind)}`,
    `${shards.asked.length} of ${counted(shards.total, "shard")}${whyAll(explanation)}`,
    "",
    ...tableLines(columns, nodes.map(rowOf), paintFor(process.stdout)),
    ...(explanation.twoSteps ? ["", "ids first, then the hits of the page"] : []),
    ...leftOut.map(({ node, why }) => `not asked: ${node}, because ${why}`),
    ...(shards.missing.length > 0 ? [`no replica could answer for ${counted(shards.missing.length, "shard")}`] : []),
    ...(shards.indebted.length > 0
      ? [`only replicas that owe writes hold ${counted(shards.indebted.length, "shard")}`]
      : []),
    ...explanation.reasons.map((reason) => `not exact: ${reason}`),
    ...explanation.warnings.map((warning) => `warning: ${warning}`),
  ];
}

function whyAll({ whyNotNarrowed }: Explanation): string {
  return whyNotNarrowed === undefined ? ", as the filter leaves no others" : `, because ${whyNotNarrowed}`;
}

function wordsFor(kind: Explanation["kind"]): string {
  return { keyword: "words", semantic: "vector", hybrid: "words and vector" }[kind];
}

function rowOf({ node, shards, hits, hedgeAfterMs }: ExplainedNode): readonly (string | number)[] {
  return [node, shards.length, hits, hedgeAfterMs === undefined ? "" : `${Math.round(hedgeAfterMs)} ms`];
}
