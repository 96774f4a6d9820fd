import { isVfioError } from "../../../src/errors.js";
import type { Descriptor } from "./argument.js";
import type { Trial } from "./trial.js";

/** How long nothing must happen for "no signal", in milliseconds. */
const QUIET = 20;

/** An eventfd whose counts are recorded. */
export class TracedEventfd implements Descriptor {
  #open = true;

  constructor(
    readonly trial: Trial,
    readonly fd: number,
    readonly label: string,
  ) {}

  /** The count that is there at this moment is this; it is taken. */
  counts(expected: number): void {
    this.trial.equal(`${this.label} count`, this.#take(), expected);
  }

  /**
   * So many signals arrive, now or soon, and no more: for interrupts, which come from outside the
   * calling thread.
   */
  async arrives(expected: number, milliseconds = 2000): Promise<void> {
    const { clock } = this.trial.kernel;
    const end = clock.now() + BigInt(milliseconds) * 1_000_000n;
    let count = this.#take();
    while (count < expected && clock.now() < end) {
      await clock.sleep(2);
      count += this.#take();
    }
    await clock.sleep(QUIET);
    count += this.#take();
    this.trial.equal(`${this.label} signals`, count, expected);
  }

  /** Adds to the count, as a program does. */
  signal(count = 1n): void {
    const bytes = new Uint8Array(new BigUint64Array([count]).buffer);
    this.trial.step(`${this.label} write ${count}`, {}, () =>
      this.trial.kernel.write(this.fd, bytes),
    );
  }

  close(): void {
    this.trial.steps.push({ call: `close ${this.label}`, result: "0" });
    this.release();
  }

  /** Closes it if it is still open; not recorded. */
  release(): void {
    if (!this.#open) return;
    this.#open = false;
    this.trial.kernel.close(this.fd);
  }

  #take(): number {
    const bytes = new Uint8Array(8);
    try {
      this.trial.kernel.read(this.fd, bytes);
    } catch (error) {
      if (isVfioError(error, "EAGAIN")) return 0;
      throw error;
    }
    return Number(new DataView(bytes.buffer).getBigUint64(0, true));
  }
}
