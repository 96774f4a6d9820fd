import { isVfioError } from "../errors.js";
import type { Device } from "./device.js";

/** Why `device.requested` aborts. */
export class DeviceRequestedError extends Error {
  override readonly name = "DeviceRequestedError";
  readonly code = "ERR_VFIO_DEVICE_REQUESTED";
}

/**
 * The request interrupt as a signal: somebody unbinds or removes the device and waits, for ever,
 * until it is closed. Where a program has not asked for the signal a warning tells it.
 */
export class DeviceRequest {
  readonly #controller = new AbortController();
  readonly #label: string;
  #wanted = false;

  constructor({ label }: Device) {
    this.#label = label;
  }

  get signal(): AbortSignal {
    this.#wanted = true;
    return this.#controller.signal;
  }

  /** Begins to listen, where the device has such an interrupt. It never holds the event loop. */
  arm({ api, interrupts }: Device): void {
    if (api !== "pci") return;
    const { req } = interrupts;
    try {
      if (req.info.count > 0) req.enable().on(() => this.#requested(), { ref: false });
    } catch (error) {
      // Sample drivers do not have it, or list it and refuse it.
      if (!isVfioError(error)) throw error;
    }
  }

  #requested(): void {
    if (this.#controller.signal.aborted) return;
    const text = `${this.#label} is wanted back (unbind or remove): close it`;
    const error = new DeviceRequestedError(text);
    if (!this.#wanted) process.emitWarning(text, { code: error.code });
    this.#controller.abort(error);
  }
}
