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
      const { wallMs, cpuMs, peakHeapMb, peakRssMb, liveHeapMb } = await streamInto(lab, file);
      const megabytes = lab.size.streamedBytes / 1e6;
      const share = 100 * (cpuMs / megabytes / (await indexingMsPerMegabyte(lab)));
      return {
        results: [
          { name: "streaming: size", value: megabytes, unit: "MB" },
          { name: "streaming: throughput", value: (megabytes * 1000) / wallMs, unit: "MB/s" },
          { name: "streaming: client CPU", value: cpuMs / megabytes, unit: "ms/MB" },
          { name: "streaming: peak heap above idle", value: peakHeapMb, unit: "MB" },
          { name: "streaming: heap kept afterwards", value: liveHeapMb, unit: "MB" },
          { name: "streaming: peak RSS above idle", value: peakRssMb, unit: "MB" },
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

/** Embedded nodes behind ports that keep documents from them: the numbers of dropped tasks would spoil servers for later. */
async function streamInto(lab: Lab, file: string): Promise<FileStreamMeasure> {
  await using cluster = await startTestCluster({ nodes: 4, replicationFactor: 1, source: "embedded", processes: true });
  await using proxies = lab.detachedWorker();
  const urls = await proxies.ask(
    "proxies",
    cluster.nodes.map(({ url }) => url),
  );
  for (const proxy of urls.keys()) await proxies.ask("fault", { proxy, fault: { kind: "discarding" } });
  await using worker = lab.detachedWorker();
  const nodes = cluster.nodes.map(({ id }, position) => ({ id, url: urls[position] }));
  await worker.ask("open", { name: "", client: "miroir", config: { ...cluster.config, nodes } });
  return await worker.ask("stream", { index: "stream", file, batchBytes: BATCH_BYTES });
}

async function indexingMsPerMegabyte(lab: Lab): Promise<number> {
  const [official] = await lab.contestants([OFFICIAL]);
  const load = { index: "stream_sample", documents: SAMPLE_DOCUMENTS, batch: SAMPLE_DOCUMENTS };
  const ms = (await official?.worker.ask("load", load)) ?? Number.NaN;
  return (ms * 1e6) / Buffer.byteLength(JSON.stringify(makeDocuments(SAMPLE_DOCUMENTS)));
}
