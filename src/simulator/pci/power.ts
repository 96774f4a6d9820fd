import { PciCap, PciPm } from "../../uapi/pci-regs.js";
import type { PciDevice } from "./device.js";

/** Power states, as the PM capability numbers them. */
export const PowerState = { D0: 0, D1: 1, D2: 2, D3hot: 3 } as const;

const names = ["D0", "D1", "D2", "D3hot"];

/** A driver's runtime power management, as sysfs sees it. */
export interface RuntimeManagement {
  readonly suspended: boolean;
  /** Wakes it up; somebody needs it. */
  get(): void;
  /** Lets it sleep if nobody needs it. */
  put(): void;
}

/** A function's power state: the PM capability, where it has one. */
export class PciPower {
  /** Offset of the capability, 0 for none. */
  readonly capability: number;
  /** A driver has had its hands on it: until then the kernel calls the state unknown. */
  known = false;
  /** Who puts it to sleep while nobody uses it, and wakes it: its driver's runtime management. */
  runtime: RuntimeManagement | undefined;
  /** It is not to sleep, whatever its driver thinks (`power/control` is `on`). */
  forbidden = true;
  readonly #device: PciDevice;
  #state = 0;

  constructor(device: PciDevice) {
    this.#device = device;
    this.capability = device.findCapability(PciCap.PM);
    this.#state = this.#register();
  }

  get state(): number {
    return this.#state;
  }

  /** Registers do not answer. */
  get asleep(): boolean {
    return this.#state >= PowerState.D3hot;
  }

  /** sysfs: `power_state` */
  get name(): string {
    return this.known ? names[this.#state]! : "unknown";
  }

  /** Going to sleep and waking up resets the function (NoSoftRst is clear). */
  get losesState(): boolean {
    if (this.capability === 0) return false;
    const control = this.#device.config.read16(this.capability + PciPm.CTRL);
    return (control & PciPm.CTRL_NO_SOFT_RESET) === 0;
  }

  // drivers/pci/pci.c: pci_set_power_state(); a function without the capability stays awake
  set(state: number): void {
    this.known = true;
    if (this.capability === 0 || state === this.#state) return;
    if (state === PowerState.D1 || state === PowerState.D2) {
      const capabilities = this.#device.config.read16(this.capability + PciPm.PMC);
      if ((capabilities & (0x200 << (state - 1))) === 0) return;
    }
    const at = this.capability + PciPm.CTRL;
    const control = this.#device.config.read16(at) & ~PciPm.CTRL_STATE_MASK;
    this.#device.config.write(at, 2, control | state);
  }

  configWritten(offset: number, width: number): void {
    if (this.capability === 0) return;
    const at = this.capability + PciPm.CTRL;
    if (offset <= at && offset + width > at) this.refresh();
  }

  /** Takes the state from the register: after a write or a reset. */
  refresh(): void {
    const before = this.#state;
    this.#state = this.#register();
    this.#device.refreshDecoding();
    const woke = before === PowerState.D3hot && this.#state === PowerState.D0;
    if (woke && this.losesState) this.#device.resets.resetFunction();
  }

  #register(): number {
    if (this.capability === 0) return PowerState.D0;
    return this.#device.config.read8(this.capability + PciPm.CTRL) & PciPm.CTRL_STATE_MASK;
  }
}
