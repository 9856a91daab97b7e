import { readArguments, type SimulationArguments, USAGE } from "./arguments.ts";
import { simulate } from "./simulate.ts";

/** Exit code: 0 when nothing was violated, 1 when something was, 2 when the arguments make no sense. */
async function main(args: readonly string[]): Promise<number> {
  let wanted: SimulationArguments;
  try {
    wanted = readArguments(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const violations = await simulate(wanted, (line) => process.stdout.write(`${line}\n`));
  return violations === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
