/** How much a finding matters: an error breaks calls, a warning may, a note breaks nothing. */
export type Severity = "error" | "warning" | "note";

/** Everything that `miroir doctor` can find. */
type FindingCode =
  | "copies_differ"
  | "debt"
  | "founding_unfinished"
  | "index_missing"
  | "index_unknown"
  | "keys_differ"
  | "marker_foreign"
  | "marker_missing"
  | "marker_unreadable"
  | "markers_differ"
  | "missed_changes"
  | "mixed_versions"
  | "no_master_key"
  | "node_old"
  | "node_swapped"
  | "not_founded"
  | "not_meilisearch"
  | "primary_key_differs"
  | "registry_differs"
  | "same_server"
  | "settings_differ"
  | "shards_missing"
  | "stray_documents"
  | "store_rolled_back"
  | "topology_differs"
  | "unreachable"
  | "unsupported_version"
  | "untagged_documents"
  | "wrong_key";

/** One thing that is not as it should be. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** Ids of the nodes concerned. */
  readonly nodes: readonly string[];
  /** Logical uid, or the node's own for one that miroir does not know. */
  readonly index?: string;
  /** A sentence. */
  readonly message: string;
  /** What to do, in sentences. */
  readonly remedy: string;
}
