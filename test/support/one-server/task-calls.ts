import type { Meilisearch } from "meilisearch";
import type { Call } from "./pair.ts";
import { finished } from "./views.ts";

/** Numbers of the tasks that there are, the oldest first. */
async function numbers(client: Meilisearch): Promise<number[]> {
  return (await client.tasks.getTasks({ reverse: true })).results.map(({ uid }) => uid);
}

async function number(client: Meilisearch, position: number): Promise<number> {
  return (await numbers(client))[position] ?? -1;
}

/** What is called of each method of the client's tasks that is exact. */
export const TASK_CALLS: Readonly<Record<string, readonly Call[]>> = {
  getTask: [
    async (client) => client.tasks.getTask(await number(client, 0)),
    async (client) => client.tasks.getTask(await number(client, 2)),
    (client) => client.tasks.getTask("x" as never),
    (client) => client.tasks.getTask(10 ** 6),
  ],
  getTasks: [
    (client) => client.tasks.getTasks(),
    (client) => client.tasks.getTasks({ limit: 2, reverse: true }),
    async (client) => client.tasks.getTasks({ from: await number(client, 2), limit: 2 }),
    (client) => client.tasks.getTasks({ indexUids: ["movies"], types: ["indexCreation", "settingsUpdate"] }),
    (client) => client.tasks.getTasks({ statuses: ["failed", "canceled"] }),
    (client) => client.tasks.getTasks({ statuses: ["nonsense"] } as never),
    (client) => client.tasks.getTasks({ afterEnqueuedAt: "1970-01-01", beforeFinishedAt: "1970-01-02T00:00:00Z" }),
  ],
  waitForTask: [
    async (client) => client.tasks.waitForTask(await client.index("movies").addDocuments([{ id: 1 }])),
    async (client) => client.tasks.waitForTask(await client.index("movies").addDocuments([{ title: "no id" }])),
    (client) => client.tasks.waitForTask(10 ** 6),
  ],
  waitForTasks: [async (client) => client.tasks.waitForTasks(await numbers(client))],
  waitForTasksIter: [
    async (client) => {
      const tasks: unknown[] = [];
      for await (const task of client.tasks.waitForTasksIter(await numbers(client))) tasks.push(task);
      return tasks;
    },
  ],
  deleteTasks: [
    async (client) => finished(client.tasks.deleteTasks({ uids: [await number(client, 0), await number(client, 1)] })),
    (client) => client.tasks.getTasks(),
    (client) => finished(client.tasks.deleteTasks({ statuses: ["failed"] })),
    (client) => finished(client.tasks.deleteTasks({})),
  ],
};
