import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestCluster } from "../../src/testing/index.ts";
import { makeDocuments } from "../corpus.ts";
import { OFFICIAL } from "../lab/entrants.ts";
import type { Lab } from "../lab/lab.ts";
import type { FileStreamMeasure } from "../worker/protocol.ts";
import type { Scenario } from "./scenario.ts";

/** Bytes of one write. */
const BATCH_BYTES = 1e6;

/** In MiB: the heap of an idle client, of which 16 are in use, and 64 more. */
const HEAP_LIMIT = "--max-old-space-size=80";

/** Lines that are repeated until the file is as long as it should be. */
const BLOCK_DOCUMENTS = 25_000;

/** Indexed on a real server, to know what the same bytes take there. */
const SAMPLE_DOCUMENTS = 5000;

/** A file of NDJSON goes through the client, piece by piece, into four nodes that drop it: what is left is the client's part. */
export const streaming: Scenario = {
  name: "streaming",
  title: "An NDJSON file streams through into nodes that drop it",
  async run(lab) {
    const directory = await mkdtemp(join(tmpdir(), "miroir-bench-"));
    try {
      const file = join(directory, "documents.ndjson");
      await writeFile(file, lab.size.streamedBytes);
      const { free, limited } = await streamTwice(lab, file);
      const { wallMs, cpuMs } = free;
      const megabytes = lab.size.streamedBytes / 1e6;
      const share = 100 * (cpuMs / megabytes / (await indexingMsPerMegabyte(lab)));
      return {
        results: [
          { name: "streaming: size", value: megabytes, unit: "MB" },
          { name: "streaming: throughput", value: (megabytes * 1000) / wallMs, unit: "MB/s" },
          { name: "streaming: client CPU", value: cpuMs / megabytes, unit: "ms/MB" },
          { name: "streaming: peak heap above idle, limited", value: limited.peakHeapMb, unit: "MB" },
          { name: "streaming: peak heap above idle, unlimited", value: free.peakHeapMb, unit: "MB" },
          { name: "streaming: peak RSS above idle, unlimited", value: free.peakRssMb, unit: "MB" },
          { name: "streaming: heap kept afterwards", value: free.liveHeapMb, unit: "MB" },
          { name: "streaming: client CPU over indexing time", value: share, unit: "%" },
        ],
      };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

async function writeFile(path: string, bytes: number): Promise<void> {
  const block = Buffer.from(
    makeDocuments(BLOCK_DOCUMENTS)
      .map((document) => `${JSON.stringify(document)}\n`)
      .join(""),
  );
  await using file = await open(path, "w");
  for (let left = bytes; left > 0; left -= block.length) {
    const end = left >= block.length ? block.length : block.lastIndexOf("\n", left) + 1;
    if (end > 0) await file.write(block.subarray(0, end));
  }
}

/** What the file took where V8 may leave its garbage lying about, and where the process ends when it needs more than it may. */
interface Streams {
  readonly free: FileStreamMeasure;
  readonly limited: FileStreamMeasure;
}

/** Embedded nodes behind ports that keep documents from them: the numbers of dropped tasks would spoil servers for later. */
async function streamTwice(lab: Lab, file: string): Promise<Streams> {
  await using cluster = await startTestCluster({ nodes: 4, replicationFactor: 1, source: "embedded", processes: true });
  await using proxies = lab.detachedWorker();
  const urls = await proxies.ask(
    "proxies",
    cluster.nodes.map(({ url }) => url),
  );
  for (const proxy of urls.keys()) await proxies.ask("fault", { proxy, fault: { kind: "discarding" } });
  const nodes = cluster.nodes.map(({ id }, position) => ({ id, url: urls[position] }));
  const stream = async (index: string, nodeFlags: readonly string[]) => {
    await using worker = lab.detachedWorker(nodeFlags);
    await worker.ask("open", { name: "", client: "miroir", config: { ...cluster.config, nodes } });
    return await worker.ask("stream", { index, file, batchBytes: BATCH_BYTES });
  };
  return { free: await stream("stream", []), limited: await stream("stream_limited", [HEAP_LIMIT]) };
}

async function indexingMsPerMegabyte(lab: Lab): Promise<number> {
  const [official] = await lab.contestants([OFFICIAL]);
  const load = { index: "stream_sample", documents: SAMPLE_DOCUMENTS, batch: SAMPLE_DOCUMENTS };
  const ms = (await official?.worker.ask("load", load)) ?? Number.NaN;
  return (ms * 1e6) / Buffer.byteLength(JSON.stringify(makeDocuments(SAMPLE_DOCUMENTS)));
}
