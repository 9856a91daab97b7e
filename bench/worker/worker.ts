import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Commands, ReplyMessage } from "./protocol.ts";

interface Waiting {
  resolve(output: unknown): void;
  reject(error: Error): void;
}

/** Time to end after the last command, in milliseconds. */
const EXIT_MS = 5000;

/** A process that only runs one client, so that what it uses is what the client uses. */
export class Worker implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(entry: string, nodeFlags: readonly string[] = []) {
    this.#child = fork(entry, [], { execArgv: ["--expose-gc", ...nodeFlags], serialization: "advanced" });
    this.#child.on("message", (message) => this.#settle(message as ReplyMessage));
    this.#child.once("exit", (code) => this.#failAll(new Error(`a bench worker ended with code ${code}`)));
  }

  /** Sends a command and waits for its answer. */
  async ask<C extends keyof Commands>(command: C, input: Commands[C]["takes"]): Promise<Commands[C]["answers"]> {
    this.#lastId += 1;
    const id = this.#lastId;
    const reply = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#child.send({ id, command, input });
    return (await reply) as Commands[C]["answers"];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.disconnect();
    const hangs = setTimeout(() => this.#child.kill("SIGKILL"), EXIT_MS);
    await exit;
    clearTimeout(hangs);
  }

  #settle(message: ReplyMessage): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("failure" in message) waiting?.reject(new Error(message.failure));
    else waiting?.resolve(message.output);
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
