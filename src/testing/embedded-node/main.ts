import { parseArgs } from "node:util";
import { createEmbeddedNode } from "./server.ts";

/** Runs one embedded node as a process of its own: prints where it listens, and ends on SIGTERM. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      host: { type: "string", default: "127.0.0.1" },
      "master-key": { type: "string" },
      data: { type: "string" },
      "task-delay-ms": { type: "string", default: "0" },
    },
  });
  const node = await createEmbeddedNode({
    port: Number(values.port),
    host: values.host,
    taskDelayMs: Number(values["task-delay-ms"]),
    ...(values["master-key"] === undefined ? {} : { masterKey: values["master-key"] }),
    ...(values.data === undefined ? {} : { dataFile: values.data }),
  });
  process.stdout.write(`${JSON.stringify({ url: node.url })}\n`);
  process.once("SIGTERM", () => {
    node.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}

await main();
