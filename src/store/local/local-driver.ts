import type { Clock } from "../../util/clock.ts";
import type { Lease } from "../state-store.ts";
import type { HintListener, StoreDriver } from "../store-driver.ts";
import {
  appendEntry,
  commitChanges,
  copyOf,
  entriesAt,
  entryAt,
  releaseLease,
  renewLease,
  takeLease,
  trimLog,
} from "./local-changes.ts";
import { moveTime, type StoreData, timeOf } from "./store-data.ts";

/** Keeps the data of a local store: in memory, or in a file that other processes change as well. */
export interface DataHolder {
  readonly address: string;
  /** The data as they are; not to be changed. */
  read(signal: AbortSignal): Promise<StoreData>;
  /** Changes the data, and keeps them when told; one that rejects has changed nothing unless its error says otherwise. */
  change<T>(make: (data: StoreData) => Changed<T>, signal: AbortSignal): Promise<T>;
  listen(onHint: HintListener): () => void;
  close(): Promise<void>;
}

/** What a change came to, and whether the data are others than before. */
export interface Changed<T> {
  readonly result: T;
  readonly isChanged: boolean;
}

type Make<T> = (data: StoreData, time: number) => T;

/** A backend whose data one holder keeps and changes, one change after the other. */
export function localDriver(holder: DataHolder, clock: Clock): StoreDriver {
  let shown = 0;
  const read = async <T>(look: Make<T>, signal: AbortSignal): Promise<T> => {
    const data = await holder.read(signal);
    shown = timeOf(data, { now: clock.now(), shown });
    return look(data, shown);
  };
  const change = <T>(make: Make<T>, signal: AbortSignal, isDone: (result: T) => boolean = () => true): Promise<T> =>
    holder.change((data) => {
      const { clockOffset } = data;
      shown = moveTime(data, { now: clock.now(), shown });
      const result = make(data, shown);
      return { result, isChanged: isDone(result) || data.clockOffset !== clockOffset };
    }, signal);
  return {
    address: holder.address,
    get: (key, signal) => read((data, time) => entryAt(data, key, time), signal),
    list: (prefix, signal) => read((data, time) => entriesAt(data, prefix, time), signal),
    commit: (request, signal) =>
      change(
        (data, time) => commitChanges(data, request, time),
        signal,
        ({ ok }) => ok,
      ),
    lease: (request, signal) => change((data, time) => takeLease(data, request, time), signal, isGranted),
    renew: (lease, signal) => change((data, time) => renewLease(data, lease, time), signal, isGranted),
    release: (lease, signal) => change((data, time) => releaseLease(data, lease, time), signal),
    append: (log, entry, signal) => change((data) => appendEntry(data, log, entry), signal),
    read: ({ log: name, after, limit }, signal) =>
      read((data) => {
        const log = data.logsByName.get(name) ?? { first: 1, entries: [] };
        const from = Math.max(0, after + 1 - log.first);
        const wanted = log.entries.slice(from, from + limit);
        return wanted.map((entry, position) => ({ offset: log.first + from + position, entry: copyOf(entry) }));
      }, signal),
    trim: (log, through, signal) => change((data) => trimLog(data, log, through), signal),
    status: (signal) =>
      read((data, time) => ({ time, incarnation: data.incarnation, revision: data.revision }), signal),
    listen: (onHint) => holder.listen(onHint),
    close: () => holder.close(),
  };
}

function isGranted(lease: Lease | undefined): boolean {
  return lease !== undefined;
}
