/** Recorded steps that the embedded node answers differently, all for the same reason. */
export interface KnownDifference {
  readonly title: string;
  readonly reason: string;
  /** Ids of the steps by scenario. */
  readonly steps: Readonly<Record<string, readonly string[]>>;
}

/** Every difference between the embedded node and the recorded server; nothing else may differ. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    title: "Federated search does not compare the queries' ranking rules",
    reason:
      "The server refuses a federated search whose queries sort in ways that cannot be compared, such as ascending and descending by the same field, and explains at length which rules clash. The embedded node merges them.",
    steps: { "multi-search": ["err-fed-sort-incompatible"] },
  },
  {
    title: "Integers beyond 2^53 − 1",
    reason:
      "The embedded node keeps numbers as JavaScript does, so larger integers are rounded; a document with such an id is not found by it. Write such ids as text.",
    steps: { "documents-add": ["id-big-int-get"] },
  },
  {
    title: "`showPerformanceDetails`",
    reason: "The embedded node names only some of the phases that the server times, and none in a federated search.",
    steps: { search: ["performance-details"], "multi-search": ["performance", "fed-performance"] },
  },
  {
    title: "Sizes of a compaction",
    reason: "There is no database file to compact: the task succeeds and reports 0 bytes before and after.",
    steps: { features: ["compact"] },
  },
  {
    title: "Chat workspaces",
    reason: "Not implemented: they need a language model. The routes answer 501 or 404.",
    steps: {
      features: [
        "chats-list",
        "chats-settings-missing",
        "chats-settings-patch",
        "chats-settings-err",
        "chats-list-2",
        "chats-delete",
      ],
    },
  },
  {
    title: "Rendering of templates",
    reason: "Not implemented: the embedded node never renders a document template. The route answers 501.",
    steps: {
      features: [
        "render-inline",
        "render-no-input",
        "render-index-document",
        "render-missing-document",
        "render-bad-template",
      ],
    },
  },
  {
    title: "Composite embedders",
    reason: "The settings are stored without a look at the embedders inside, of which the server refuses some.",
    steps: { features: ["composite-on"] },
  },
];
