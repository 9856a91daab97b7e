/** Units of the server's sizes, largest first: of both kinds, the largest that fits is used. */
const UNITS: readonly (readonly [name: string, bytes: number])[] = [
  ["TiB", 2 ** 40],
  ["TB", 1e12],
  ["GiB", 2 ** 30],
  ["GB", 1e9],
  ["MiB", 2 ** 20],
  ["MB", 1e6],
  ["KiB", 2 ** 10],
  ["KB", 1e3],
  ["B", 1],
];

/** Bytes behind a size as the server writes it in a task's details, such as `108 KiB`; `undefined` for any other text. */
export function parseByteSize(text: string): number | undefined {
  const [, count, name] = /^(\d+(?:\.\d+)?) ([KMGT]?i?B)$/.exec(text) ?? [];
  const unit = UNITS.find(([known]) => known === name);
  return unit === undefined ? undefined : Math.round(Number(count) * unit[1]);
}

/** A size as the server writes it. */
export function byteSizeText(bytes: number): string {
  const [name, size] = UNITS.find(([, unit]) => bytes >= unit) ?? ["B", 1];
  return `${bytes / size} ${name}`;
}
