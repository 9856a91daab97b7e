import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMutantName, MUTANTS, type MutantName } from "./mutants/mutants.ts";

/** What to simulate. */
export interface SimulationArguments {
  readonly seeds: number;
  readonly from: number;
  /** Calls in each simulation. */
  readonly operations: number;
  readonly workers: number;
  readonly mutant: MutantName | undefined;
  /** Prints every event of a run that failed, and not the last ones alone. */
  readonly prints: "last events" | "all events";
  /** Ends with the first run that failed. */
  readonly bails: boolean;
}

/** How to call it. */
export const USAGE = `npm run simulate -- [options]
  --seeds N     simulations to run (20)
  --from SEED   the first seed (1)
  --ops N       calls in each (60)
  --workers N   processes to run them in (one a core, at most 2)
  --trace       print every event of a run that failed
  --bail        end with the first run that failed
  --mutant NAME plant a bug: ${Object.keys(MUTANTS).join("; ")}
`;

/**
 * What a command line says.
 * @throws RangeError that names the argument which makes no sense
 */
export function readArguments(args: readonly string[]): SimulationArguments {
  const { values } = parse(args);
  return {
    seeds: count("seeds", values.seeds ?? "20"),
    from: count("from", values.from ?? "1"),
    operations: count("ops", values.ops ?? "60"),
    workers: count("workers", values.workers ?? String(Math.min(2, availableParallelism()))),
    mutant: values.mutant === undefined ? undefined : mutant(values.mutant),
    prints: values.trace === true ? "all events" : "last events",
    bails: values.bail === true,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = { seeds: text, from: text, ops: text, workers: text, mutant: text, trace: flag, bail: flag };
  try {
    return parseArgs({ args: [...args], options });
  } catch (error) {
    throw new RangeError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function count(name: string, value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new RangeError(`--${name} is "${value}": give a whole number from 1`);
}

function mutant(name: string): MutantName {
  if (isMutantName(name)) return name;
  throw new RangeError(`--mutant is "${name}": give one of ${Object.keys(MUTANTS).join("; ")}`);
}
