/**
 * An order by power of two choices: again and again the less loaded of two items drawn at random. Items of one load come in
 * any order alike often, and processes that see the same loads do not all run to the same item.
 */
export function byTwoChoices<T>(items: readonly T[], loadOf: (item: T) => number, random: () => number): T[] {
  const left = [...items];
  const ordered: T[] = [];
  while (left.length > 1) {
    const one = Math.floor(random() * left.length);
    const step = 1 + Math.floor(random() * (left.length - 1));
    const other = (one + step) % left.length;
    const chosen = load(left[other], loadOf) < load(left[one], loadOf) ? other : one;
    ordered.push(...left.splice(chosen, 1));
  }
  return [...ordered, ...left];
}

function load<T>(item: T | undefined, loadOf: (item: T) => number): number {
  return item === undefined ? 0 : loadOf(item);
}
