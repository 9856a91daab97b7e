import { ClientWork } from "./client-work.ts";
import { timeMerge } from "./merge-work.ts";
import type { CommandMessage, Commands } from "./protocol.ts";
import { timeRoute } from "./route-work.ts";

type Works = { readonly [C in keyof Commands]: (input: Commands[C]["takes"]) => Promise<Commands[C]["answers"]> };

const client = new ClientWork();

const works: Works = {
  async open(contender) {
    await client.open(contender);
    return null;
  },
  search: (stretch) => client.search(stretch),
  load: (load) => client.load(load),
  memory: async () => memory(),
  merge: async (input) => timeMerge(input),
  route: (input) => timeRoute(input),
};

function memory(): Commands["memory"]["answers"] {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rssMb: rss / 1e6, heapMb: heapUsed / 1e6 };
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
  void client.close();
});
