/** A cluster that miroir runs on. */
export interface Shape {
  readonly nodes: number;
  readonly replicationFactor: number;
}

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];

/** `four nodes, RF 2`; one copy goes without saying. */
export function nameOf({ nodes, replicationFactor }: Shape): string {
  const counted = `${NUMBERS[nodes] ?? nodes} node${nodes === 1 ? "" : "s"}`;
  return replicationFactor === 1 ? counted : `${counted}, RF ${replicationFactor}`;
}
