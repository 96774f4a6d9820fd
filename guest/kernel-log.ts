const KEPT = 64 * 1024;

/** How the kernel's own reports of its faults begin. */
const FAULT = /BUG: |Oops: |general protection fault|kernel BUG at|Kernel panic - not syncing/;

/** More lines than this of one fault help nobody. */
const FAULT_LINES = 100;

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

  /** The lines from the first fault on; empty when the kernel reported none. */
  get fault(): string {
    const lines = this.#text.trimEnd().split("\n");
    const first = lines.findIndex((line) => FAULT.test(line));
    return first < 0 ? "" : lines.slice(first, first + FAULT_LINES).join("\n");
  }
}
