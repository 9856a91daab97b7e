import type { JsonObject } from "../core/types.ts";
import { planAlone } from "./alone-request.ts";
import { isLimitable, nodeLimit } from "./node-limits.ts";
import type { SearchView } from "./search-view.ts";
import { nodeWindow } from "./search-window.ts";
import { type MergePlan, planSearch, type ShardSearch } from "./shard-request.ts";
import { planTwoSteps, type TwoSteps } from "./two-step.ts";

/** A search and how much of it nodes are asked for. */
export interface SearchPlansInput {
  /** The user's normalised search body. */
  readonly request: JsonObject;
  readonly view: SearchView;
  /** Number of shards asked. */
  readonly shards: number;
  /** Standard deviations by which limits of nodes are widened; undefined asks every node for the whole list. */
  readonly widening: number | undefined;
}

/** What the nodes of one search are asked, each by how many of the search's shards it answers for. */
export class SearchPlans {
  readonly #input: SearchPlansInput;
  readonly #shared: ShardSearch;
  /** Bodies for parts of the shards, by their limit. */
  readonly #limited = new Map<number, JsonObject>();
  /** Made when a node turns out to answer alone; null where none can. */
  #alone: ShardSearch | null | undefined;
  /** Whether nodes are asked for less than the whole list where that is likely to do. */
  readonly isLimited: boolean;
  /** Present when several nodes are asked for ids and what ranks them first. */
  readonly twoSteps: TwoSteps | undefined;

  constructor(input: SearchPlansInput) {
    const { request, view } = input;
    this.#input = input;
    const planned = planSearch(request, view);
    this.isLimited = input.widening !== undefined && isLimitable(request, { plan: planned.plan, view });
    this.twoSteps = this.isLimited ? planTwoSteps(request, planned, view.primaryKey) : undefined;
    this.#shared = this.twoSteps === undefined ? planned : { body: this.twoSteps.ranking, plan: this.twoSteps.plan };
  }

  /** The same with every node asked for the whole list at once. */
  unlimited(): SearchPlans {
    return new SearchPlans({ ...this.#input, widening: undefined });
  }

  /** The body for a node that answers for so many shards, without the filter for them. */
  bodyFor(shards: number): JsonObject {
    const { body } = this.#planFor(shards);
    return this.isLimited && shards < this.#input.shards ? this.#limitedBody(this.limitFor(shards)) : body;
  }

  /** One object for all nodes with the same limit, so that it is written once. */
  #limitedBody(limit: number): JsonObject {
    const { body, plan } = this.#shared;
    const known = this.#limited.get(limit);
    const limited = known ?? { ...body, ...nodeWindow(plan.window, limit) };
    if (known === undefined) this.#limited.set(limit, limited);
    return limited;
  }

  /** The body for a node that is asked for the whole list although others answer too. */
  get wholeBody(): JsonObject {
    return this.#shared.body;
  }

  /** Hits that such a node is asked for. */
  limitFor(shards: number): number {
    const { required } = this.#shared.plan;
    const { widening = 0 } = this.#input;
    return this.isLimited ? nodeLimit({ required, share: shards / this.#input.shards, widening }) : required;
  }

  /** How the answers of nodes are merged that each answered for so many shards. */
  mergePlan(parts: readonly { readonly shards: readonly number[] }[]): MergePlan {
    const [first] = parts;
    return this.#planFor(parts.length === 1 ? (first?.shards.length ?? 0) : 0).plan;
  }

  #planFor(shards: number): ShardSearch {
    if (shards !== this.#input.shards) return this.#shared;
    this.#alone ??= planAlone(this.#input.request, this.#input.view) ?? null;
    return this.#alone ?? this.#shared;
  }
}
