import type { Fd } from "../kernel.js";
import { Feature } from "../uapi/flags.js";
import * as structs from "../uapi/structs.js";
import type { Device } from "./device.js";
import { integer } from "./numbers.js";

/**
 * Run-time power management: in low power the device may be switched off as far as D3cold. Reads,
 * writes and requests wake it; mapped BARs answer EIO until `exit`.
 */
export class LowPower {
  readonly #device: Device;

  /** @internal Programs use `device.lowPower`. */
  constructor(device: Device) {
    this.#device = device;
  }

  /** @throws VfioError ENOTTY where the device has none, EINVAL in low power already */
  enter(): void {
    this.#device.features.set(Feature.LOW_POWER_ENTRY);
  }

  /**
   * The same, and the eventfd is signaled when the device was woken.
   *
   * @throws VfioError as `enter`; EBADF, EINVAL for what is no eventfd
   */
  enterWithWakeup(eventfd: Fd): void {
    const wakeup_eventfd = integer(eventfd, "eventfd", { max: 2 ** 31 - 1 });
    const data = structs.deviceLowPowerEntryWithWakeup.encode({ wakeup_eventfd });
    this.#device.features.set(Feature.LOW_POWER_ENTRY_WITH_WAKEUP, data);
  }

  /** Idempotent. */
  exit(): void {
    this.#device.features.set(Feature.LOW_POWER_EXIT);
  }
}
