const WIDTH = 30;

/** Says on standard error what is going on; a bar moves only on a terminal. */
export class Progress {
  readonly #stream = process.stderr;

  say(line: string): void {
    this.#stream.write(`${line}\n`);
  }

  /** Shows how much of a step is done. */
  show(label: string, done: number, total: number): void {
    if (!this.#stream.isTTY) {
      if (done === total) this.say(`${label}: ${total}`);
      return;
    }
    const filled = Math.round((WIDTH * done) / total);
    const bar = `${"█".repeat(filled)}${"░".repeat(WIDTH - filled)}`;
    this.#stream.write(`\r${label} ${bar} ${done}/${total}${done === total ? "\n" : ""}`);
  }
}
