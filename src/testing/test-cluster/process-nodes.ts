import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "./free-ports.ts";
import { type Launch, NodeProcess } from "./node-process.ts";
import { DEFAULT_MASTER_KEY, type NodeDemand, type NodeSet, nodeId } from "./node-set.ts";
import { ProcessGuard } from "./process-guard.ts";

/** How one kind of server is run in a directory and on a port of its own. */
export type LaunchPlan = (place: {
  readonly directory: string;
  readonly port: number;
  readonly masterKey: string;
}) => Launch;

/** What is run, and what it is called. */
export interface ProcessKind {
  readonly plan: LaunchPlan;
  describe(version: string): string;
}

/**
 * Starts servers as processes; resolves once all answer. They end with this process, however it ends.
 * @throws Error when one does not come up, after ending the others
 */
export async function processNodes(kind: ProcessKind, demand: NodeDemand): Promise<NodeSet> {
  const { masterKey = DEFAULT_MASTER_KEY } = demand;
  const ports = await freePorts(demand.count);
  const guard = new ProcessGuard();
  const nodes = await Promise.all(
    ports.map(async (port, position) => {
      const id = nodeId(position);
      const directory = join(guard.directory, id);
      await mkdir(directory);
      const launch = kind.plan({ directory, port, masterKey });
      return new NodeProcess({ id, url: `http://127.0.0.1:${port}`, launch, guard });
    }),
  );
  const close = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await guard.close();
  };
  try {
    await Promise.all(nodes.map((node) => node.restart()));
  } catch (error) {
    await close();
    throw error;
  }
  return { nodes, masterKey, describe: kind.describe, close };
}
