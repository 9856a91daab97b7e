import { Operator } from "../execute/operator.ts";
import { undiciTransport } from "../transport/undici.ts";
import { systemClock } from "../util/clock.ts";

/** Lends a way to ask nodes, which founds nothing and writes nothing by itself, and closes it afterwards. */
export async function askNodes<T>(key: string | undefined, work: (operator: Operator) => Promise<T>): Promise<T> {
  const transport = undiciTransport();
  try {
    return await work(
      new Operator({ transport, clock: systemClock, authorization: key === undefined ? undefined : `Bearer ${key}` }),
    );
  } finally {
    await transport.close();
  }
}
