import type { Settings } from "meilisearch";
import { systemClock } from "../util/clock.ts";
import type { EmbeddedNode, EmbeddedResponse } from "./embedded-node/index.ts";

/** What one index holds. */
export interface IndexFixture {
  /** @default inferred from the first document, as the server does */
  readonly primaryKey?: string;
  /** Settings that differ from the server's defaults. */
  readonly settings?: Settings;
  readonly documents?: readonly object[];
}

/** Time between two looks at a task. */
const POLL_MS = 1;

/**
 * Makes indexes with their settings and documents on an embedded node; resolves when all their tasks are done. An index
 * that is there already is made anew, so that calling this before each test gives every test the same data.
 * @throws Error with the node's words when a request is refused or a task fails; the signal's reason when it aborts
 */
export async function loadFixtures(
  node: Pick<EmbeddedNode, "handle" | "masterKey">,
  fixtures: Readonly<Record<string, IndexFixture>>,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const waiting = Object.entries(fixtures).flatMap(([uid, fixture]) =>
    requestsOf(uid, fixture, ask(node, { method: "GET", path: indexPath(uid) }).status === 200).map((request) => ({
      uid,
      taskUid: enqueue(node, uid, request),
    })),
  );
  for (const { uid, taskUid } of waiting) await untilDone(node, { uid, taskUid, signal });
}

interface FixtureRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

function requestsOf(uid: string, { primaryKey, settings, documents }: IndexFixture, exists: boolean): FixtureRequest[] {
  const path = indexPath(uid);
  const creation = { uid, ...(primaryKey === undefined ? {} : { primaryKey }) };
  return [
    ...(exists ? [{ method: "DELETE", path }] : []),
    { method: "POST", path: "/indexes", body: creation },
    ...(settings === undefined ? [] : [{ method: "PATCH", path: `${path}/settings`, body: settings }]),
    ...(documents === undefined ? [] : [{ method: "POST", path: `${path}/documents`, body: documents }]),
  ];
}

function indexPath(uid: string): string {
  return `/indexes/${encodeURIComponent(uid)}`;
}

function enqueue(node: Pick<EmbeddedNode, "handle" | "masterKey">, uid: string, request: FixtureRequest): number {
  const { status, body } = ask(node, request);
  const { taskUid, message } = JSON.parse(body) as { taskUid?: number; message?: string };
  if (taskUid === undefined) throw new Error(`The fixture of index \`${uid}\` was refused (${status}): ${message}`);
  return taskUid;
}

async function untilDone(
  node: Pick<EmbeddedNode, "handle" | "masterKey">,
  { uid, taskUid, signal }: { uid: string; taskUid: number; signal: AbortSignal | undefined },
): Promise<void> {
  for (;;) {
    const { body } = ask(node, { method: "GET", path: `/tasks/${taskUid}` });
    const { status, error } = JSON.parse(body) as { status: string; error: { message: string } | null };
    if (status === "succeeded") return;
    if (status !== "enqueued" && status !== "processing") {
      throw new Error(`The fixture of index \`${uid}\` could not be loaded: ${error?.message ?? `task ${status}`}`);
    }
    await systemClock.sleep(POLL_MS, signal);
  }
}

function ask(
  node: Pick<EmbeddedNode, "handle" | "masterKey">,
  { method, path, body }: FixtureRequest,
): EmbeddedResponse {
  return node.handle({
    method,
    path,
    query: "",
    headers: {
      "content-type": "application/json",
      ...(node.masterKey === undefined ? {} : { authorization: `Bearer ${node.masterKey}` }),
    },
    body: new TextEncoder().encode(body === undefined ? "" : JSON.stringify(body)),
  });
}
