import { randomUUID } from "node:crypto";

/** Source of chance for everything that spreads or names; a simulation passes its own. */
export interface Random {
  /** A number from 0 up to 1. */
  fraction(): number;
  /** A name unlike any other, a UUID. */
  uuid(): string;
}

/** The machine's own chance. */
export const systemRandom: Random = { fraction: () => Math.random(), uuid: () => randomUUID() };
