import type { Labels } from "./series.ts";

/** What a family of metrics is, whatever its values are. */
export interface FamilySpec<Names extends readonly string[] = readonly string[]> {
  readonly name: `miroir_${string}`;
  readonly kind: "counter" | "gauge" | "histogram";
  /** One sentence, with the unit where the name does not say it. */
  readonly help: string;
  readonly labels: Names;
}

/** One value for each label of a family, in their order. */
export type LabelValues<Names extends readonly string[]> = { readonly [Position in keyof Names]: string };

/** Most series of one family; label values come from outside, and memory must not. */
const MOST_SERIES = 1000;

/** Value of every label of the one series that stands for all beyond {@link MOST_SERIES}. */
const OTHER = "other";

/** A step on the way from label values to their series. */
interface Branch<Series> {
  series?: Series;
  readonly next: Map<string, Branch<Series>>;
}

/** The series of one family by their label values. A series is there from the first time somebody asks for it. */
export class Family<Names extends readonly string[], Series> {
  readonly #labels: Names;
  readonly #make: (labels: Labels) => Series;
  readonly #root: Branch<Series> = { next: new Map() };
  readonly #all: [Labels, Series][] = [];

  constructor({ labels }: Pick<FamilySpec<Names>, "labels">, make: (labels: Labels) => Series) {
    this.#labels = labels;
    this.#make = make;
  }

  /** The series of these label values; with too many of them, the one of all others. Hold on to it where it is used often. */
  with(...values: LabelValues<Names>): Series {
    let branch: Branch<Series> | undefined = this.#root;
    for (const value of values) {
      branch = branch.next.get(value);
      if (branch === undefined) break;
    }
    return branch?.series ?? this.#grow(values);
  }

  /** Every series with its labels, in the order of their first use. */
  get all(): readonly (readonly [Labels, Series])[] {
    return this.#all;
  }

  #grow(given: readonly string[]): Series {
    const isFull = this.#all.length >= MOST_SERIES;
    const values = isFull ? this.#labels.map(() => OTHER) : given;
    let branch = this.#root;
    for (const value of values) {
      const next = branch.next.get(value) ?? { next: new Map() };
      branch.next.set(value, next);
      branch = next;
    }
    if (branch.series !== undefined) return branch.series;
    const labels = Object.fromEntries(this.#labels.map((name, position) => [name, values[position] ?? ""]));
    branch.series = this.#make(labels);
    this.#all.push([labels, branch.series]);
    return branch.series;
  }
}
