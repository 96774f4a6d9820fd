import { Errno } from "../../../errno.js";
import type { EventFd } from "../../core/eventfd.js";
import type { Result } from "../../core/result.js";
import { PowerState, type RuntimeManagement } from "../power.js";
import type { VfioPciDevice } from "./device.js";

/**
 * Runtime power management of a device: it sleeps while nobody has it open, and while its user has
 * said so. Every access wakes it for as long as the access lasts.
 */
export class RuntimePower implements RuntimeManagement {
  /** The user has let go (LOW_POWER_ENTRY); mappings answer with bus errors. */
  engaged = false;
  #wakeup: EventFd | undefined;
  #suspended = false;
  #maskedIntx = false;
  readonly #device: VfioPciDevice;

  constructor(device: VfioPciDevice) {
    this.#device = device;
  }

  // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_runtime_pm_entry()
  enter(wakeup: EventFd | undefined): Result {
    if (this.engaged) return -Errno.EINVAL;
    this.engaged = true;
    this.#wakeup = wakeup;
    return 0;
  }

  // drivers/vfio/pci/vfio_pci_core.c: __vfio_pci_runtime_pm_exit()
  exit(): void {
    this.engaged = false;
    this.#wakeup = undefined;
  }

  get suspended(): boolean {
    return this.#suspended;
  }

  /** An access begins: pm_runtime_resume_and_get(). */
  get(): void {
    if (!this.#suspended) return;
    this.#suspended = false;
    this.#device.pci.power.set(PowerState.D0);
    // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_runtime_resume()
    if (this.#wakeup !== undefined) {
      this.#wakeup.signal();
      this.exit();
    }
    if (this.#maskedIntx) this.#device.irqs.intx.unmask();
    this.#maskedIntx = false;
  }

  /** An access ends: pm_runtime_put(). Nobody is left who wants it awake, so it goes to sleep. */
  put(): void {
    const idle = this.engaged || !(this.#device.open || this.#device.sriovActive);
    if (!idle || this.#suspended || this.#device.pci.power.forbidden) return;
    // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_runtime_suspend()
    this.#device.setPowerState(PowerState.D0);
    this.#maskedIntx = this.#device.irqs.intx.on && this.#device.irqs.intx.mask();
    this.#device.pci.power.set(PowerState.D3hot);
    this.#suspended = true;
  }
}
