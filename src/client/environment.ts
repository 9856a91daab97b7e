import type { Transport } from "../transport/transport.ts";
import { type UndiciTransportOptions, undiciTransport } from "../transport/undici.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { type Random, systemRandom } from "../util/random.ts";

/** All that reaches a cluster from outside its own code: time, chance and the network. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  /** Makes the way to the nodes. */
  transport(options: UndiciTransportOptions): Transport;
}

/** The machine that the process runs on. */
export const systemEnvironment: Environment = { clock: systemClock, random: systemRandom, transport: undiciTransport };
