import { setTimeout as sleep } from "node:timers/promises";
import { MASTER_KEY, Placeholders } from "../golden/placeholders.ts";
import type { Step } from "../golden/scenario.ts";
import type { Answer, Station } from "./station.ts";
import { TaskNumbers, taskUidOf } from "./task-numbers.ts";
import { type FilledRequest, toVerbCall } from "./verb-call.ts";

/** What came back for one step, and what the recording says, placeholders filled in. */
export interface Played {
  readonly request: FilledRequest;
  readonly recorded: Answer;
  readonly given: Answer;
  /** The finished task of an accepted write, in both worlds. */
  readonly task?: { readonly recorded: unknown; readonly given: unknown };
}

/** Sends recorded steps through a client, one after the other. */
export class Player {
  readonly numbers = new TaskNumbers();
  readonly #station: Station;
  readonly #placeholders = new Placeholders();

  constructor(station: Station) {
    this.#station = station;
  }

  /** Sends a step; `undefined` when the client has no way to send it. */
  async play(step: Step): Promise<Played | undefined> {
    const request = this.numbers.inRequest(await this.#fill(step));
    const call = toVerbCall(request);
    if (call === undefined) return undefined;
    const given = await this.#station.ask(call);
    this.#placeholders.capture(step, given.body);
    this.numbers.learn(step.response.body, given.body);
    const uid = taskUidOf(given.body);
    const task = uid === undefined ? undefined : await this.#finishedTask(uid);
    return {
      request,
      given,
      recorded: { status: step.response.status, body: this.#placeholders.fill(step.response.body) },
      ...(step.waitedTask === undefined || task === undefined
        ? {}
        : { task: { recorded: this.#placeholders.fill(step.waitedTask), given: task } }),
    };
  }

  /** Does by hand on every node what the cluster refused: keys and features are the same on all of them. */
  async playByHand(step: Step): Promise<void> {
    const { method, path, query = {}, headers, body, contentType } = await this.#fill(step);
    const texts = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
    const search = new URLSearchParams(texts).toString();
    let sent = body;
    for (const node of this.#station.nodes) {
      const response = await fetch(`${node.url}${path}${search === "" ? "" : `?${search}`}`, {
        method,
        headers: { ...headers, ...(typeof contentType === "string" ? { "content-type": contentType } : {}) },
        body: sent === undefined ? null : JSON.stringify(sent),
      });
      const answer = (await response.json().catch(() => null)) as { uid?: string } | null;
      if (sent === body) this.#placeholders.capture(step, answer);
      // A key made without a uid gets a random one; with the same uid it is the same key everywhere.
      if (path === "/keys" && response.ok) sent = { ...(body as object), uid: answer?.uid };
    }
  }

  async #fill({ request }: Step): Promise<FilledRequest> {
    return {
      ...request,
      path: this.#placeholders.fill(request.path) as string,
      headers: await this.#placeholders.fillHeaders(request),
      ...("body" in request ? { body: this.#placeholders.fill(request.body, { soon: true }) } : {}),
    };
  }

  async #finishedTask(uid: number): Promise<unknown> {
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    for (;;) {
      const options = { path: `/tasks/${uid}`, extraRequestInit: { headers } };
      const { body } = await this.#station.ask({ verb: "get", options });
      const { status } = body as { status?: string };
      if (status !== "enqueued" && status !== "processing") return body;
      await sleep(1);
    }
  }
}
