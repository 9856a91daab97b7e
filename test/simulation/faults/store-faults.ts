import type { Chance } from "../kernel/chance.ts";
import { STORE } from "../store/store-server.ts";
import { type Begun, TROUBLES, type Victims } from "./fault.ts";

export function stopStore({ wire, store }: Victims, chance: Chance): Begun {
  if (store?.isUp !== true) return undefined;
  wire.history.noteFault("store outage", "");
  store.isUp = false;
  return {
    lastsMs: chance.pick([chance.between(200, 3000), chance.between(3000, 20_000)]),
    mend: () => {
      wire.history.note("the store is back");
      store.isUp = true;
    },
  };
}

export function troubleStore({ wire, store }: Victims, chance: Chance): Begun {
  if (store === undefined) return undefined;
  const rate = chance.pick([0.1, 0.4]);
  wire.network.trouble(STORE, { [chance.pick(TROUBLES)]: rate, [chance.pick(TROUBLES)]: rate / 2 });
  wire.network.slow(STORE, chance.pick([0, 80, 400]));
  return {
    lastsMs: chance.between(500, 6000),
    mend: () => {
      wire.network.trouble(STORE, undefined);
      wire.network.slow(STORE, 0);
    },
  };
}

/** A replica takes over that has not heard of the last changes. */
export function rollBackStore({ wire, store, mayRollBack, care }: Victims, chance: Chance): Begun {
  if (store === undefined || !mayRollBack()) return undefined;
  const takeOver = store.fork();
  return {
    lastsMs: chance.pick([chance.between(50, 1000), chance.between(1000, 8000)]),
    mend: () => {
      wire.history.noteFault("store goes back", "");
      takeOver();
      care.recover();
    },
  };
}
