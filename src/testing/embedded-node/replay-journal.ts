import { handleRequest } from "./http/handle-request.ts";
import type { Router } from "./http/router.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { type NodeSettings, NodeState } from "./node-state.ts";

/** A node's data as its journal tells them, dated as they were; `undefined` without a journal. */
export function replayJournal(journal: Journal, settings: NodeSettings, router: Router): NodeState | undefined {
  const [start, ...entries] = journal.read();
  if (start?.kind !== "start") return undefined;
  const { clock } = settings;
  const state = clock.hold(() => new NodeState({ ...settings, uidSeed: start.seed }), start.at);
  state.tasks.stop();
  for (const entry of entries) clock.hold(() => replayEntry(state, entry, router), entry.at);
  return state;
}

function replayEntry(state: NodeState, entry: JournalEntry, router: Router): void {
  if (entry.kind === "task") state.tasks.runNow(entry.uid, entry.startedAt);
  if (entry.kind !== "request") return;
  const body = new TextEncoder().encode(entry.request.body);
  handleRequest(state, router, { ...entry.request, body });
}
