const KEPT = 64 * 1024;

/** The end of what a guest's kernel printed, and whether it said that it cannot go on. */
export class KernelLog {
  #text = "";

  /** Takes the next bytes of the serial console; returns them without the terminal's line ends. */
  append(chunk: Buffer): string {
    const text = chunk.toString("latin1").replaceAll("\r", "");
    this.#text = (this.#text + text).slice(-KEPT);
    return text;
  }

  /** With `oops=panic` on the command line an oops is a panic too. */
  get panicked(): boolean {
    return this.#text.includes("Kernel panic - not syncing");
  }

  /** The last part of the log. */
  get text(): string {
    return this.#text;
  }

  /** The last lines, for a person to read. */
  tail(lines: number): string {
    return this.#text.trimEnd().split("\n").slice(-lines).join("\n");
  }
}
