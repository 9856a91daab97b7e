import type { StateStore } from "./state-store.ts";
import { StoreUnavailable } from "./store-unavailable.ts";

/** Calls that ask the store; the others do nothing but begin or end something. */
const ASKING: ReadonlySet<PropertyKey> = new Set<keyof StateStore>([
  ...(["get", "list", "commit", "put", "delete", "lease", "renew", "release"] as const),
  ...(["append", "read", "trim", "status"] as const),
]);

/** A store that tells of every call: that it begins, and whether the store could be asked. */
export function watchedStore(store: StateStore, begin: (call: string) => (isFailed: boolean) => void): StateStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (!ASKING.has(name)) return member.bind(target);
      return async (...given: unknown[]) => {
        const end = begin(String(name));
        let failure: unknown;
        try {
          return await member.apply(target, given);
        } catch (error) {
          failure = error;
          throw error;
        } finally {
          end(failure instanceof StoreUnavailable);
        }
      };
    },
  });
}
