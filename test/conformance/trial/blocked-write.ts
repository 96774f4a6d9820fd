import { isVfioError } from "../../../src/errors.js";
import type { Value } from "./outcome.js";
import type { Trial } from "./trial.js";

/** A write to sysfs that waits in the kernel, made by a process of its own. */
export class BlockedWrite {
  #value: Value | undefined;
  readonly #done: Promise<void>;

  constructor(
    readonly trial: Trial,
    path: string,
    data: string,
    readonly label: string,
  ) {
    trial.steps.push({ call: `begin ${label}`, result: "" });
    const write = trial.kernel.sysfs.writeBlocking(path, data, { timeout: 60_000 });
    this.#done = write.then(
      (count) => {
        this.#value = count;
      },
      (error: unknown) => {
        this.#value = isVfioError(error) ? error.code : String(error);
      },
    );
  }

  /** It has not returned. */
  waits(): void {
    const message = () => `it returned ${this.#value}`;
    this.trial.check(`${this.label} waits`, this.#value === undefined, message);
  }

  /** It returns this, now or soon. */
  async returns(expected: Value): Promise<void> {
    const { clock } = this.trial.kernel;
    for (let turn = 0; this.#value === undefined && turn < 2000; turn += 1) await clock.sleep(5);
    if (this.#value !== undefined) await this.#done;
    this.trial.equal(`${this.label} returns`, this.#value ?? "nothing", expected);
  }
}
