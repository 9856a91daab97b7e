import { setTimeout as sleep } from "node:timers/promises";
import { createEmbeddedNode } from "../../src/testing/embedded-node/index.ts";
import { difference } from "./matches.ts";
import { MASTER_KEY, Placeholders } from "./placeholders.ts";
import type { Scenario, Step } from "./scenario.ts";

/** How one replayed step went. */
export interface StepResult {
  readonly id: string;
  readonly isCore: boolean;
  /** What differs from the recording; `undefined` = nothing. */
  readonly problem: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Sends every step of a scenario in order to a fresh embedded node and compares the answers. */
export async function replay(scenario: Scenario): Promise<StepResult[]> {
  const limit = scenario.nodeOptions?.[scenario.nodeOptions.indexOf("--http-payload-size-limit") + 1];
  const node = await createEmbeddedNode({
    masterKey: MASTER_KEY,
    ...(scenario.nodeOptions?.includes("--http-payload-size-limit") ? { payloadLimitBytes: Number(limit) } : {}),
  });
  try {
    const player = new Player(node.url);
    const results: StepResult[] = [];
    for (const step of scenario.steps) {
      results.push({ id: step.id, isCore: step.core === true, problem: await player.play(step) });
    }
    return results;
  } finally {
    await node.close();
  }
}

class Player {
  readonly #url: string;
  readonly #placeholders = new Placeholders();

  constructor(url: string) {
    this.#url = url;
  }

  async play(step: Step): Promise<string | undefined> {
    const answer = await this.#send(step);
    this.#placeholders.capture(step, answer.body);
    const problem = this.#compare(step, answer) ?? (await this.#compareTask(step, answer));
    if (step.pauseAfterMs !== undefined) await sleep(step.pauseAfterMs);
    return problem;
  }

  #compare(step: Step, answer: Answer): string | undefined {
    const recorded = step.response;
    if (answer.status !== recorded.status) {
      return `status ${recorded.status} got ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 400)}`;
    }
    for (const name of ["content-type", "retry-after", "allow"]) {
      const given = answer.headers.get(name) ?? undefined;
      if (recorded.headers[name] !== given) return `header ${name}: recorded ${recorded.headers[name]} got ${given}`;
    }
    return difference(this.#placeholders.fill(recorded.body), answer.body);
  }

  async #compareTask(step: Step, answer: Answer): Promise<string | undefined> {
    const uid = (answer.body as { taskUid?: number } | null)?.taskUid;
    if (uid === undefined) return undefined;
    const task = await this.#finishedTask(uid);
    return step.waitedTask === undefined
      ? undefined
      : difference(this.#placeholders.fill(step.waitedTask), task, "task");
  }

  async #finishedTask(uid: number): Promise<unknown> {
    for (;;) {
      const headers = { authorization: `Bearer ${MASTER_KEY}` };
      const response = await fetch(`${this.#url}/tasks/${uid}`, { headers });
      const task = (await response.json()) as { status?: string };
      if (task.status !== "enqueued" && task.status !== "processing") return task;
    }
  }

  async #send({ request }: Step): Promise<Answer> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query ?? {})) query.set(name, String(value));
    const headers = new Headers(await this.#placeholders.fillHeaders(request));
    if (typeof request.contentType === "string") headers.set("content-type", request.contentType);
    const body =
      request.rawBody ??
      ("body" in request ? JSON.stringify(this.#placeholders.fill(request.body, { soon: true })) : undefined);
    const bytes = body === undefined ? null : new TextEncoder().encode(body);
    const search = query.size === 0 ? "" : `?${query.toString()}`;
    const path = (this.#placeholders.fill(request.path) as string).replace(/^\/\//, "/.//");
    const init = { method: request.method, headers, body: bytes };
    const response = await fetch(`${this.#url}${path}${search}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? null : parse(text) };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
