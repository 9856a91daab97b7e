import type { Settings } from "meilisearch";
import type { JsonObject, JsonValue } from "../../../src/core/types.ts";
import type { EmbeddedNode } from "../../../src/testing/embedded-node/index.ts";
import type { Corpus } from "./corpus.ts";

/** Uid of the index with the corpus as users have it, and of the same without what leaves hits out. */
export const UID = "corpus";
const PLAIN = "plain";

/** One node that holds a whole corpus, and what it says about a search. */
export class Reference {
  readonly #node: EmbeddedNode;
  #settings: Settings = {};

  constructor(node: EmbeddedNode) {
    this.#node = node;
  }

  async fill({ documents, settings }: Corpus): Promise<void> {
    this.#settings = settings;
    const everything: Settings = {
      ...settings,
      displayedAttributes: ["*"],
      distinctAttribute: null,
      pagination: { maxTotalHits: 10_000 },
      faceting: { maxValuesPerFacet: 10_000 },
    };
    for (const [uid, own] of [
      [UID, settings],
      [PLAIN, everything],
    ] as const) {
      await this.#finish("DELETE", `/indexes/${uid}`);
      await this.#finish("POST", "/indexes", { uid, primaryKey: "id" });
      await this.#finish("PATCH", `/indexes/${uid}/settings`, own as JsonObject);
      await this.#finish("POST", `/indexes/${uid}/documents`, documents as unknown as JsonValue);
    }
  }

  /**
   * Whether the words that a query stands for are the same in every corpus. With typos they are not: the engine looks up
   * mistyped words only as far as it must to fill the page, so that a page of fewer documents highlights more of them.
   */
  get hasFixedHighlights(): boolean {
    return this.#settings.typoTolerance?.enabled === false;
  }

  /** Whether hits are left out because of an equal one; counts then depend on how many hits were compared. */
  isDistinct(search: JsonObject): boolean {
    return (search["distinct"] ?? this.#settings.distinctAttribute ?? null) !== null;
  }

  get ordersFacetsByCount(): boolean {
    return this.#settings.faceting?.sortFacetValuesBy?.["*"] === "count";
  }

  /** The answer to the search itself. */
  search(body: JsonObject): JsonObject {
    return this.#ask("POST", `/indexes/${UID}/search`, body);
  }

  /** The answer of another of the index's routes, `facet-search` for one. */
  post(route: string, body: JsonObject): JsonObject {
    return this.#ask("POST", `/indexes/${UID}/${route}`, body);
  }

  /** The same search for these documents only: what each of them should look like. */
  show(body: JsonObject, ids: readonly number[]): JsonObject[] {
    const { offset: _, limit: __, page: ___, hitsPerPage: ____, facets: _____, ...rest } = body;
    const own = rest["filter"] === undefined ? [] : [rest["filter"]].flat();
    const filter = [...own, `id IN [${ids.join(",")}]`];
    return this.search({ ...rest, filter, limit: ids.length })["hits"] as JsonObject[];
  }

  /** Every hit there is, nothing left out, with its ranking details. */
  rankAll(body: JsonObject): JsonObject[] {
    const { q = "", filter = [], sort = [], matchingStrategy = "last", attributesToSearchOn = null } = body;
    const search = {
      q,
      filter,
      sort,
      matchingStrategy,
      attributesToSearchOn,
      showRankingScoreDetails: true,
      limit: 1000,
    };
    return this.#ask("POST", `/indexes/${PLAIN}/search`, search)["hits"] as JsonObject[];
  }

  /** Every facet value there is with its count. */
  countAll(body: JsonObject): Record<string, Record<string, number>> {
    const { offset: _, limit: __, page: ___, hitsPerPage: ____, ...rest } = body;
    const search = { ...rest, limit: 0 };
    return this.#ask("POST", `/indexes/${PLAIN}/search`, search)["facetDistribution"] as Record<
      string,
      Record<string, number>
    >;
  }

  #ask(method: string, path: string, body?: JsonValue): JsonObject {
    const response = this.#node.handle({
      method,
      path,
      query: "",
      headers: { authorization: "Bearer masterKey", "content-type": "application/json" },
      body: new TextEncoder().encode(body === undefined ? "" : JSON.stringify(body)),
    });
    const answer = JSON.parse(response.body) as JsonObject;
    if (response.status >= 400) throw new Error(`The reference refuses ${path}: ${String(answer["message"])}`);
    return answer;
  }

  async #finish(method: string, path: string, body?: JsonValue): Promise<void> {
    const { taskUid } = this.#ask(method, path, body);
    for (;;) {
      const { status } = this.#ask("GET", `/tasks/${Number(taskUid)}`);
      if (status === "succeeded" || (status === "failed" && method === "DELETE")) return;
      if (status === "failed") throw new Error(`the reference failed ${method} ${path}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}
