import type { KernelLog } from "./kernel-log.js";

/** How a guest ended. */
export type GuestOutcome = "exited" | "panicked" | "timed-out" | "aborted" | "lost";

/** A guest that has not said hello by then never will, even on a busy machine. */
const BOOT_SECONDS = 300;

/** With nothing more to read for this long after the command's end, leftovers block the guest. */
const DRAIN_SECONDS = 20;

/** A panicking kernel restarts, which ends QEMU; unless it cannot do even that. */
const PANIC_SECONDS = 10;

/** Watches over one guest: listens to its control port and its log, and decides when to kill it. */
export class Supervisor {
  kernelRelease = "";
  exitCode: number | undefined;
  /** Settles when the guest is about to run its command, if it ever is. */
  readonly ready: Promise<void>;
  #announce = (): void => {};
  #outcome: GuestOutcome | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #log: KernelLog;
  readonly #kill: () => void;

  constructor(log: KernelLog, kill: () => void) {
    this.#log = log;
    this.#kill = kill;
    this.ready = new Promise((resolve) => {
      this.#announce = resolve;
    });
    this.#killAfter(BOOT_SECONDS, "lost");
  }

  /** How the guest ended; for use when QEMU has. */
  get outcome(): GuestOutcome {
    if (this.#outcome) return this.#outcome;
    if (this.#log.panicked) return "panicked";
    return this.exitCode === undefined ? "lost" : "exited";
  }

  /** A line from session.sh: `ready RELEASE`, `exited STATUS`, `done`. */
  control(line: string): void {
    const [word, value = ""] = line.split(" ");
    if (word === "ready") {
      this.kernelRelease = value;
      clearTimeout(this.#timer);
      this.#announce();
    }
    if (word === "exited") {
      this.exitCode = Number(value);
      this.progress();
    }
    // Everything has been handed over: nothing in the guest needs an orderly end.
    if (word === "done") this.end("exited");
  }

  /** Output arrived: a guest that is still handing over is not stuck. */
  progress(): void {
    if (this.exitCode !== undefined) this.#killAfter(DRAIN_SECONDS, "exited");
  }

  /** The kernel printed something. */
  logged(): void {
    if (this.#log.panicked) this.#killAfter(PANIC_SECONDS, "panicked");
  }

  /** Ends the guest now, for a reason; the first one counts. */
  end(outcome: GuestOutcome): void {
    this.#outcome ??= outcome;
    this.stop();
    this.#kill();
  }

  /** Stops watching. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #killAfter(seconds: number, outcome: GuestOutcome): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(outcome), seconds * 1000);
  }
}
