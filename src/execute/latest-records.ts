import type { StateRecord } from "./state-index.ts";

/** Each record once, as it is shown by whoever knows it best; markers are the nodes' own. */
export function latestRecords(records: readonly StateRecord[]): StateRecord[] {
  const latest = new Map<string, StateRecord>();
  for (const record of records) {
    const known = latest.get(record.id);
    if (record.kind !== "marker" && (known === undefined || stampOf(known) < stampOf(record))) {
      latest.set(record.id, record);
    }
  }
  return [...latest.values()];
}

/** When a record was written, by its own account; an empty text for kinds that are never changed. */
export function stampOf({ value: { stamp } }: StateRecord): string {
  return typeof stamp === "string" ? stamp : "";
}
