import { z } from "zod";
import type { JsonObject } from "../../core/types.ts";
import type { StateStore, StoreEntry } from "../../store/state-store.ts";

/** Prefix of the leases of running processes, gone soon after one stops renewing. */
export const LEASES = "lease/";

/** Prefix of the processes whose cached view may still be read from. */
const PROCESSES = "process/";

const recordSchema = z.object({ epoch: z.number().int(), landingMs: z.number().positive() });

/** What a process says of itself in the store. */
export interface ProcessRecord {
  /** No operation of the process runs under an older epoch. */
  readonly epoch: number;
  /** How long after it was sent a request of the process may still reach a node, in milliseconds. */
  readonly landingMs: number;
}

/** Keys of a process: its lease, and the trace that stays while it may show what it knew. */
export interface ProcessKeys {
  readonly lease: string;
  readonly trace: string;
}

/** Where a process is written down. */
export function processKeys(id: string): ProcessKeys {
  return { lease: `${LEASES}${id}`, trace: `${PROCESSES}${id}` };
}

/** A record as it is stored. */
export function toValue({ epoch, landingMs }: ProcessRecord): JsonObject {
  return { epoch, landingMs };
}

/** Every process that may work, or show what it knew, by id. */
export async function readProcesses(
  store: StateStore,
  signal?: AbortSignal,
): Promise<{
  readonly leases: ReadonlyMap<string, ProcessRecord>;
  readonly traces: ReadonlyMap<string, ProcessRecord>;
}> {
  const call = signal && { signal };
  const [leases, traces] = [await store.list(LEASES, call), await store.list(PROCESSES, call)];
  return { leases: byId(leases, LEASES), traces: byId(traces, PROCESSES) };
}

function byId(entries: readonly StoreEntry[], prefix: string): Map<string, ProcessRecord> {
  return new Map(entries.map(({ key, value }) => [key.slice(prefix.length), recordSchema.parse(value)]));
}
