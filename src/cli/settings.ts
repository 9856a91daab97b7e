import { Command } from "commander";
import { type IndexDrift, type SettingsReport, verifySettings } from "../jobs/index.ts";
import { type ClientFlags, clientConfig, withClientFlags } from "./client-config.ts";
import { EXIT } from "./exit-code.ts";
import { interruptible } from "./interruptible.ts";
import { counted } from "./terminal/counted.ts";
import { type Paint, paintFor } from "./terminal/paint.ts";

interface SettingsFlags extends ClientFlags {
  readonly repair?: boolean;
  readonly json?: boolean;
}

/** `miroir settings`: what the nodes hold of the indexes' settings. */
export function settingsCommand(): Command {
  const verify = withClientFlags(new Command("verify"))
    .description("compare every node's settings with what they should be; ends with 3 when some differ")
    .argument("[index...]", "uids of indexes (default: all)")
    .option("--repair", "send nodes that differ their settings again")
    .option("--json", "print one JSON document")
    .action(runVerify);
  return new Command("settings").description("look after the settings of indexes").addCommand(verify);
}

async function runVerify(indexes: readonly string[], flags: SettingsFlags): Promise<void> {
  const config = await clientConfig(flags);
  await interruptible(async (signal) => {
    const chosen = indexes.length === 0 ? {} : { indexes };
    const report = await verifySettings(config, { ...chosen, repair: flags.repair === true, signal });
    const lines = flags.json === true ? [JSON.stringify(report, null, 2)] : screen(report, paintFor(process.stdout));
    process.stdout.write(`${lines.join("\n")}\n`);
    if (!report.isSound) process.exitCode = EXIT.found;
  });
}

function screen({ indexes, isSound }: SettingsReport, paint: Paint): string[] {
  const isRepairable = indexes.some(({ drifts }) => drifts.some(({ isRepaired, failure }) => !isRepaired && !failure));
  const verdict = isSound ? paint("good", "Every node has the settings it should have.") : "";
  const remedy = isRepairable ? "`miroir settings verify --repair` with the same flags puts them right." : "";
  const outcome = [verdict, remedy].filter((text) => text !== "").join("");
  return [
    ...indexes.flatMap((index) => indexLines(index, paint)),
    `Settings of ${counted(indexes.length, "index", "indexes")} compared. ${outcome}`.trimEnd(),
  ];
}

function indexLines({ uid, drifts, absent, isUnsettled }: IndexDrift, paint: Paint): string[] {
  const lines = drifts.map(({ node, settings, isRepaired, failure }) => {
    const what = `node ${node} has other settings for index ${uid} than it should: ${settings.join(", ")}`;
    if (isRepaired) return paint("good", `${what}; repaired`);
    return paint("bad", failure === undefined ? what : `${what}; it could not apply them: ${failure}`);
  });
  return [
    ...lines,
    ...absent.map(({ node, reason }) => paint("warning", `node ${node} was not compared for index ${uid}: ${reason}`)),
    ...(isUnsettled ? [paint("warning", `the settings of index ${uid} changed at every look; look again later`)] : []),
  ];
}
