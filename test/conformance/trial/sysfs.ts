import { BlockedWrite } from "./blocked-write.js";
import type { Outcome, Value } from "./outcome.js";
import { hex } from "./step.js";
import type { Trial } from "./trial.js";

/** sysfs whose reads and writes are recorded. */
export class TracedSysfs {
  constructor(readonly trial: Trial) {}

  /** An attribute's text. */
  read(path: string, label = path): Outcome {
    return this.#step(`read ${label}`, () => this.trial.kernel.sysfs.read(path));
  }

  /** The first bytes of an attribute, as hexadecimal digits. */
  readHex(path: string, length: number, label = path): Outcome {
    return this.#step(`read ${length} of ${label}`, () =>
      hex(this.trial.kernel.sysfs.readBytes(path).subarray(0, length)),
    );
  }

  /** One write; the number of bytes taken, or the error. */
  write(path: string, data: string, label = path): Outcome {
    const shown = data.length > 64 ? `(${data.length} bytes)` : JSON.stringify(data);
    return this.#step(`write ${label} ${shown}`, () => this.trial.kernel.sysfs.write(path, data));
  }

  /** A write that is expected to wait. */
  begin(path: string, data: string, label: string): BlockedWrite {
    return new BlockedWrite(this.trial, path, data, label);
  }

  list(path: string): Outcome {
    return this.#step(`list ${path}`, () => this.trial.kernel.sysfs.list(path).join(" "));
  }

  /** A link's text. */
  link(path: string, label = path): Outcome {
    return this.#step(`readlink ${label}`, () => this.trial.kernel.sysfs.readlink(path));
  }

  /** `file`, `directory`, `link` or `nothing`. */
  kind(path: string, label = path): Outcome {
    return this.#step(`kind ${label}`, () => this.trial.kernel.sysfs.kind(path) ?? "nothing");
  }

  #step(call: string, attempt: () => Value): Outcome {
    return this.trial.step(call, {}, attempt);
  }
}
