import { readRecording } from "./replay/recording.ts";
import { brokenPromises, tallyRecordings, tallyReport } from "./replay/tally.ts";

/** Replays recorded node answers through the merger; answers the process's exit code. */
function replay(files: readonly string[]): number {
  if (files.length === 0) {
    process.stderr.write("usage: npm run replay -- FILE...\n");
    return 2;
  }
  const tallies = tallyRecordings(files.map(readRecording));
  const broken = tallies.flatMap((tally) => brokenPromises(tally).map((aspect) => `${tally.kind}: ${aspect}`));
  const lines = [...tallyReport(tallies), broken.length === 0 ? "every promise held" : `broken: ${broken.join(", ")}`];
  process.stdout.write(`${lines.join("\n")}\n`);
  return broken.length === 0 ? 0 : 1;
}

process.exitCode = replay(process.argv.slice(2));
