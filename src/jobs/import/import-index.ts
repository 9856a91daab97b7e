import type { MiroirClient } from "../../client/miroir.ts";
import { defaultSettings } from "../../cluster/settings/default-settings.ts";
import { sameJson } from "../../cluster/settings/json-shape.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";
import { TaskWindow } from "../move/task-window.ts";
import type { Pace } from "../pace.ts";
import type { ImportSource, SourceIndex } from "./import-source.ts";

/** What an index is imported with. */
export interface IndexImportContext {
  readonly client: MiroirClient;
  readonly source: ImportSource;
  readonly pace: Pace;
  readonly signal: AbortSignal;
}

/** Documents that have arrived. */
export interface Arrival {
  readonly documents: number;
  readonly position: string;
}

/** Size of one write, in documents and in characters. */
const BATCH = 2000;
const BATCH_CHARACTERS = 4_000_000;

/** Creates an index as the source has it, unless it is there. */
export async function createIndex(
  { client }: IndexImportContext,
  { uid, primaryKey }: SourceIndex,
  isThere: boolean,
): Promise<void> {
  if (isThere) return;
  await applied(client, await client.createIndex(uid, primaryKey === null ? {} : { primaryKey }));
}

/** Gives an index the settings of the source that are not the server's own defaults. */
export async function importSettings({ client }: IndexImportContext, { uid, settings }: SourceIndex): Promise<void> {
  const own = Object.entries(settings).filter(
    ([name, value]) => value !== null && !sameJson(value, defaultSettings[name]),
  );
  if (own.length === 0) return;
  await applied(client, await client.index(uid).updateSettings(Object.fromEntries(own)));
}

/** Copies the documents of an index behind a position; told of what has arrived, in order. */
export async function importDocuments(
  { client, source, pace, signal }: IndexImportContext,
  { index, from }: { readonly index: SourceIndex; readonly from: string | undefined },
  arrived: (arrival: Arrival) => Promise<void>,
): Promise<void> {
  const window = new TaskWindow((taskUid) => applied(client, { taskUid }));
  const done: Arrival[] = [];
  const tell = async () => {
    for (const arrival of done.splice(0)) await arrived(arrival);
  };
  let batch = new Batch();
  const send = async () => {
    const { texts, position } = batch;
    batch = new Batch();
    if (texts.length === 0) return;
    await pace.take(texts.length, signal);
    signal.throwIfAborted();
    const parameters = index.primaryKey === null ? {} : { primaryKey: index.primaryKey };
    const body = `[${texts.join(",")}]`;
    const { taskUid } = await client.index(index.uid).addDocumentsFromString(body, "application/json", parameters);
    await window.add({ taskUid, onApplied: () => done.push({ documents: texts.length, position }) });
    await tell();
  };
  for await (const { records, position } of source.pages(index, from, signal)) {
    batch.add(records, position);
    if (batch.isFull) await send();
  }
  await send();
  await window.empty();
  await tell();
}

class Batch {
  readonly texts: string[] = [];
  position = "";
  #characters = 0;

  add(records: readonly RawRecord[], position: string): void {
    for (const record of records) {
      const text = jsonOf(record);
      this.#characters += text.length;
      this.texts.push(text);
    }
    this.position = position;
  }

  get isFull(): boolean {
    return this.texts.length >= BATCH || this.#characters >= BATCH_CHARACTERS;
  }
}

function jsonOf({ fields }: RawRecord): string {
  return `{${fields.map(({ key, rawValue }) => `${JSON.stringify(key)}:${rawValue}`).join(",")}}`;
}

/** Waits for a task of the cluster. @throws Error in the task's words when it did not succeed */
async function applied(client: MiroirClient, { taskUid }: { readonly taskUid: number }): Promise<void> {
  const { status, error, indexUid } = await client.tasks.waitForTask(taskUid, { timeout: 0, interval: 100 });
  if (status === "succeeded") return;
  throw new Error(`index \`${indexUid}\` could not be imported: ${error?.message ?? status}`);
}
