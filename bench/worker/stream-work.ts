import { createReadStream } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Meilisearch } from "meilisearch";
import type { FileStream, FileStreamMeasure } from "./protocol.ts";

const LINE_END = 0x0a;
const SAMPLE_MS = 5;

/** Time in which a client learns that its last writes are done, in milliseconds. */
const SETTLING_MS = 3000;

/** Writes an NDJSON file to an index piece by piece, each a whole number of lines, and watches the memory meanwhile. */
export async function streamFile(
  client: Meilisearch,
  { index, file, batchBytes }: FileStream,
): Promise<FileStreamMeasure> {
  await client.createIndex(index, { primaryKey: "id" }).waitTask({ timeout: 60_000, interval: 10 });
  const target = client.index(index);
  globalThis.gc?.();
  const idle = memory();
  const peak = { heap: 0, rss: 0, live: 0 };
  const sample = () => {
    const now = memory();
    peak.heap = Math.max(peak.heap, now.heap - idle.heap);
    peak.rss = Math.max(peak.rss, now.rss - idle.rss);
  };
  const sampling = setInterval(sample, SAMPLE_MS);
  const before = process.cpuUsage();
  const startedAt = performance.now();
  for await (const lines of pieces(file, batchBytes)) {
    await target.addDocumentsFromString(lines, "application/x-ndjson");
    sample();
  }
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  clearInterval(sampling);
  await pause(SETTLING_MS);
  globalThis.gc?.();
  const liveHeapMb = memory().heap - idle.heap;
  return { wallMs, cpuMs: (user + system) / 1000, peakHeapMb: peak.heap, peakRssMb: peak.rss, liveHeapMb };
}

/** The heap includes what lies beside it for its sake: buffers. */
function memory(): { heap: number; rss: number } {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: (heapUsed + external) / 1e6, rss: rss / 1e6 };
}

async function* pieces(file: string, bytes: number): AsyncGenerator<string> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of createReadStream(file, { highWaterMark: bytes }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(LINE_END) + 1;
    if (end === 0) {
      rest = Buffer.concat([rest, chunk]);
      continue;
    }
    yield Buffer.concat([rest, chunk.subarray(0, end)]).toString("utf8");
    rest = chunk.subarray(end);
  }
  if (rest.length > 0) yield Buffer.from(rest).toString("utf8");
}
