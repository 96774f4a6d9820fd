import { readSync, writeSync } from "node:fs";

/** One line at a time over blocking descriptors: FIFOs between two processes. */
export class Lines {
  #rest = "";
  readonly #buffer = Buffer.alloc(65536);

  constructor(
    readonly input: number,
    readonly output: number,
  ) {}

  send(message: unknown): void {
    writeSync(this.output, `${JSON.stringify(message)}\n`);
  }

  /** The next message; undefined when the other end is gone. */
  receive<Message>(): Message | undefined {
    let end = this.#rest.indexOf("\n");
    while (end < 0) {
      const length = readSync(this.input, this.#buffer);
      if (length === 0) return undefined;
      this.#rest += this.#buffer.toString("utf8", 0, length);
      end = this.#rest.indexOf("\n");
    }
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return JSON.parse(line) as Message;
  }
}
