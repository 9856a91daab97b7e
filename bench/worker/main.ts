import { ClientWork } from "./client-work.ts";
import { timeCover } from "./cover-work.ts";
import type { Fault } from "./fault.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { timeMerge } from "./merge-work.ts";
import type { CommandMessage, Commands } from "./protocol.ts";
import { timeRoute } from "./route-work.ts";

type Works = { readonly [C in keyof Commands]: (input: Commands[C]["takes"]) => Promise<Commands[C]["answers"]> };

const client = new ClientWork();
const proxies: FaultProxy[] = [];

const works: Works = {
  open: (contender) => client.open(contender),
  closed: (loop) => client.closed(loop),
  openLoop: (loop) => client.openLoop(loop),
  profile: (loop) => client.profile(loop),
  parsed: (loop) => client.parsed(loop),
  added: (loop) => client.added(loop),
  load: (load) => client.load(load),
  startWriting: (writes) => client.startWriting(writes),
  stopWriting: () => client.stopWriting(null),
  stream: (stream) => client.stream(stream),
  memory: async () => memory(),
  merge: async (input) => timeMerge(input),
  route: (input) => timeRoute(input),
  cover: (input) => timeCover(input),
  proxies: (targets) => openProxies(targets),
  fault: (asked) => setFault(asked),
  traffic: async () => proxies.map((proxy) => proxy.takeTraffic()),
};

function memory(): Commands["memory"]["answers"] {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rssMb: rss / 1e6, heapMb: heapUsed / 1e6 };
}

async function openProxies(targets: readonly string[]): Promise<readonly string[]> {
  proxies.push(...(await Promise.all(targets.map((target) => FaultProxy.start(target)))));
  return proxies.map(({ url }) => url);
}

async function setFault({ proxy, fault }: { readonly proxy: number; readonly fault: Fault }): Promise<null> {
  await proxies[proxy]?.become(fault);
  return null;
}

async function answer({ id, command, input }: CommandMessage): Promise<void> {
  try {
    const output = await (works[command] as (input: unknown) => Promise<unknown>)(input);
    process.send?.({ id, output });
  } catch (error) {
    process.send?.({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

process.on("message", (message) => {
  void answer(message as CommandMessage);
});
process.once("disconnect", () => {
  void Promise.all([client.close(), ...proxies.map((proxy) => proxy.close())]);
});
