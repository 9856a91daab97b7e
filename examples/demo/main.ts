/**
 * The demo: one index over three servers against one server with everything, before and after one of the three is killed,
 * and after writes that it missed. Run it with `npm run demo`; `npm run demo -- --json` answers one JSON document.
 */
import { parseArgs } from "node:util";
import { Progress } from "./progress.ts";
import { renderReport } from "./report.ts";
import { tellStory } from "./story.ts";

/** Answers the process's exit code: 0 when everything held, 1 when not, 2 for arguments it does not know. */
async function main(args: string[]): Promise<number> {
  let asJson: boolean;
  try {
    asJson = parseArgs({ args, options: { json: { type: "boolean", default: false } } }).values.json;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nusage: npm run demo [-- --json]\n`);
    return 2;
  }
  const report = await tellStory(new Progress()).catch((error: unknown) => {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  });
  if (report === undefined) return 1;
  const hasColour = process.stdout.isTTY === true && !process.env["NO_COLOR"];
  process.stdout.write(`${asJson ? JSON.stringify(report, null, 2) : renderReport(report, hasColour)}\n`);
  return report.held ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
