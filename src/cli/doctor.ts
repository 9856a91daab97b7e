import { Command } from "commander";
import type { Operator } from "../execute/operator.ts";
import { loadHasher } from "../routing/shard.ts";
import { askNodes } from "./ask-nodes.ts";
import { type ClusterFlags, keyOf, type Target, targetOf, withClusterFlags } from "./cluster-flags.ts";
import { copyFindings } from "./doctor/copy-findings.ts";
import { debtFindings } from "./doctor/debt-findings.ts";
import type { Finding, Severity } from "./doctor/finding.ts";
import { indexFindings } from "./doctor/index-findings.ts";
import { markerFindings } from "./doctor/marker-findings.ts";
import { missedFindings } from "./doctor/missed-findings.ts";
import { nodeFindings } from "./doctor/node-findings.ts";
import { readIndexes } from "./doctor/read-indexes.ts";
import { shardFindings } from "./doctor/shard-findings.ts";
import { EXIT } from "./exit-code.ts";
import { replicaStates } from "./survey/replica-state.ts";
import { isMember, surveyCluster } from "./survey/survey.ts";
import { counted } from "./terminal/counted.ts";
import { type Paint, paintFor, type Tone } from "./terminal/paint.ts";

/** `miroir doctor`: every misconfiguration it can find, each with its remedy. */
export function doctorCommand(): Command {
  return withClusterFlags(new Command("doctor"))
    .description("look for misconfiguration and say what to do; ends with 3 when something was found")
    .option("--json", "print one JSON document")
    .action(runDoctor);
}

async function runDoctor(flags: ClusterFlags & { readonly json?: boolean }): Promise<void> {
  const target = await targetOf(flags, await loadHasher());
  const findings = await askNodes(keyOf(flags), (operator) => examine(operator, target));
  const lines = flags.json === true ? [JSON.stringify({ findings }, null, 2)] : screen(findings, target);
  process.stdout.write(`${lines.join("\n")}\n`);
  if (findings.some(({ severity }) => severity !== "note")) process.exitCode = EXIT.found;
}

async function examine(operator: Operator, target: Target): Promise<Finding[]> {
  const survey = await surveyCluster(operator, target);
  const { topology, isFounded, rows } = survey;
  const members = survey.nodes.filter((node) => isMember(node, topology, isFounded));
  const stateOf = replicaStates(survey);
  const held = await readIndexes(operator, rows, members);
  const findings = [
    ...nodeFindings(survey.nodes),
    ...markerFindings(survey),
    ...indexFindings(survey, members, held),
    ...shardFindings(survey, stateOf),
    ...copyFindings(held, { topology, stateOf }),
    ...missedFindings(survey),
    ...debtFindings(survey),
  ];
  return findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

const TONES = { error: "bad", warning: "warning", note: "quiet" } as const satisfies Record<Severity, Tone>;

function screen(findings: readonly Finding[], { topology }: Target): string[] {
  const paint = paintFor(process.stdout);
  const blocks = findings.flatMap((finding) => findingLines(finding, paint));
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings] = [count("error"), count("warning")];
  const verdict =
    errors + warnings === 0
      ? paint("good", "Nothing is wrong.")
      : `${counted(errors, "error")}, ${counted(warnings, "warning")}.`;
  return [...blocks, `${counted(topology.nodes.length, "node")} looked at. ${verdict}`];
}

function findingLines({ severity, code, message, remedy }: Finding, paint: Paint): string[] {
  return [`${paint(TONES[severity], severity)} ${paint("quiet", code)}`, `  ${message}`, `  → ${remedy}`, ""];
}
