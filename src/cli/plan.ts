import { Command, Option } from "commander";
import type { WriteConsistency } from "../cluster/quorum.ts";
import type { JsonObject } from "../core/types.ts";
import { WIDE_REASONS } from "../routing/planner/wide-reason.ts";
import { type Hasher, loadHasher } from "../routing/shard.ts";
import { askNodes } from "./ask-nodes.ts";
import { type ClusterFlags, keyOf, targetOf, withClusterFlags } from "./cluster-flags.ts";
import { CommandFailed, EXIT } from "./exit-code.ts";
import { type SearchPlan, searchPlan } from "./plan/plan-search.ts";
import { type WritePlan, writePlan } from "./plan/plan-write.ts";
import { type SearchFlags, searchOf, withSearchFlags } from "./search-flags.ts";
import { type ClusterSurvey, surveyCluster } from "./survey/survey.ts";
import { troubleOf } from "./survey/trouble.ts";
import { counted } from "./terminal/counted.ts";
import { paintFor } from "./terminal/paint.ts";
import { tableLines } from "./terminal/table.ts";

interface PlanFlags extends ClusterFlags, SearchFlags {
  readonly json?: boolean;
}

interface WriteFlags extends ClusterFlags {
  readonly consistency: WriteConsistency;
  readonly json?: boolean;
}

/** `miroir plan`: what a call would ask of which node. Nothing is searched or written. */
export function planCommand(): Command {
  const search = withSearchFlags(withClusterFlags(new Command("search")))
    .description("what a search would ask of which node; ends with 3 when shards would be missing or owed")
    .option("--json", "print one JSON document, with every request in full")
    .action(runSearch);
  const write = withClusterFlags(new Command("write"))
    .description("which shard and nodes hold documents; ends with 3 when a write would not be acknowledged")
    .argument("<index>", "uid of the index")
    .argument("<id...>", "ids of documents")
    .addOption(
      new Option("--consistency <level>", "how many replicas must acknowledge")
        .choices(["one", "quorum", "all"])
        .default("quorum"),
    )
    .option("--json", "print one JSON document")
    .action(runWrite);
  return new Command("plan")
    .description("show what a call would ask of which node, without doing it")
    .addCommand(search)
    .addCommand(write);
}

async function runSearch(index: string, q: string, flags: PlanFlags): Promise<void> {
  const { survey, hasher } = await look(flags);
  const body: JsonObject = { q, ...searchOf(flags) };
  const plan = searchPlan(survey, { index, body, preference: flags.preference }, hasher);
  print(flags.json === true ? [JSON.stringify(plan, null, 2)] : [...searchLines(plan), ...footLines(survey)]);
  if (plan.missing.length > 0 || plan.indebted.length > 0) process.exitCode = EXIT.found;
}

async function runWrite(index: string, ids: readonly string[], flags: WriteFlags): Promise<void> {
  const { survey, hasher } = await look(flags);
  const plan = writePlan(survey, { index, ids, consistency: flags.consistency }, hasher);
  print(flags.json === true ? [JSON.stringify(plan, null, 2)] : [...writeLines(plan), ...footLines(survey)]);
  if (plan.documents.some(({ quorum }) => !quorum)) process.exitCode = EXIT.found;
}

async function look(flags: ClusterFlags): Promise<{ readonly survey: ClusterSurvey; readonly hasher: Hasher }> {
  const hasher = await loadHasher();
  const target = await targetOf(flags, hasher);
  const survey = await askNodes(keyOf(flags), (operator) => surveyCluster(operator, target));
  const troubles = troubleLines(survey);
  if (troubles.length === survey.nodes.length) {
    throw new CommandFailed(EXIT.failed, `No node can be asked, so nothing is known: ${troubles.join("; ")}`);
  }
  return { survey, hasher };
}

/** Why nodes would not be used, one line each. */
function troubleLines(survey: ClusterSurvey): string[] {
  return survey.nodes.flatMap((node) => {
    const trouble = troubleOf(node, survey);
    return trouble === undefined ? [] : [`node ${node.node.id} ${trouble}`];
  });
}

/** What makes a plan worse than it should be. */
function footLines(survey: ClusterSurvey): string[] {
  const troubles = troubleLines(survey);
  return troubles.length === 0 ? [] : ["", ...troubles];
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

function searchLines(plan: SearchPlan): string[] {
  const { index, hitsAsked, requests, missing, indebted } = plan;
  const columns = [{ title: "node" }, { title: "shards", isNumber: true }, { title: "asked" }, { title: "request" }];
  const rows = requests.map(({ node, shards, url, path }) => [
    node,
    shards.length,
    shardText(shards),
    `POST ${url}/${path}`,
  ]);
  return [
    `${counted(requests.length, "request")} to index ${index}, up to ${counted(hitsAsked, "hit")} each, then one merge`,
    shardsLine(plan),
    "",
    ...tableLines(columns, rows, paintFor(process.stdout)),
    ...(missing.length > 0
      ? ["", `no copy could answer for ${shardWords(missing)}: the answer would leave them out`]
      : []),
    ...(indebted.length > 0 ? ["", `only copies that owe writes hold ${shardWords(indebted)}`] : []),
  ];
}

function shardsLine({ shards: { total, asked }, wide }: SearchPlan): string {
  if (wide !== undefined) return `every shard is asked, because ${WIDE_REASONS[wide]}`;
  return `${asked} of ${counted(total, "shard")} can hold what the filter lets through`;
}

/** The first few shards of a list. */
function shardText(shards: readonly number[]): string {
  return shards.length > 6 ? `${shards.slice(0, 5).join(" ")} …` : shards.join(" ");
}

function shardWords(shards: readonly number[]): string {
  return `${counted(shards.length, "shard")} (${shardText(shards)})`;
}

function writeLines({ index, exists, documents }: WritePlan): string[] {
  const columns = [{ title: "id" }, { title: "shard", isNumber: true }, { title: "nodes" }, { title: "acknowledged" }];
  const rows = documents.map(({ id, shard, replicas, quorum }) => {
    const nodes = replicas.map(({ node, state }) => (state === "up" ? node : `${node} (${state})`)).join(", ");
    const verdict = { text: quorum ? "yes" : "no", tone: quorum ? ("good" as const) : ("bad" as const) };
    return [id, shard, nodes, verdict];
  });
  return [
    ...(exists ? [] : [`index ${index} does not exist: the write would create it`, ""]),
    ...tableLines(columns, rows, paintFor(process.stdout)),
  ];
}
