import { Errno } from "../../errno.js";
import {
  PciAf,
  PciCap,
  PciCommand,
  PciConfig,
  PciConfigSize,
  PciExp,
  PciMsi,
  PciPm,
} from "../../uapi/pci-regs.js";
import type { Result } from "../core/result.js";
import type { Bar } from "./bar.js";
import { capabilitiesOf } from "./capability-list.js";
import type { PciDevice } from "./device.js";
import { PowerState } from "./power.js";

/** Ways to reset one function, in the order in which the kernel tries them. */
export type ResetMethod = "flr" | "af_flr" | "pm" | "bus";

const order: readonly ResetMethod[] = ["flr", "af_flr", "pm", "bus"];

/** How a function can be reset, and its being reset. */
export class ResetMethods {
  /** Those that were possible when the function was found: sysfs `reset_method`. */
  methods: readonly ResetMethod[] = [];
  readonly #device: PciDevice;

  constructor(device: PciDevice) {
    this.#device = device;
  }

  // drivers/pci/pci.c: pci_init_reset_methods()
  discover(): void {
    this.methods = order.filter((method) => this.#can(method));
  }

  // drivers/pci/pci-sysfs.c: reset_method_store()
  choose(data: string): Result {
    const words = data.split(/\s+/).filter((word) => word !== "");
    if (words.length === 1 && words[0] === "default") {
      this.discover();
      return 0;
    }
    for (const word of words) {
      if (!order.includes(word as ResetMethod) || !this.#can(word as ResetMethod)) {
        return -Errno.EINVAL;
      }
    }
    this.methods = words as ResetMethod[];
    return 0;
  }

  // drivers/pci/pci.c: pci_try_reset_function()
  tryReset(): Result {
    if (this.methods.length === 0) return -Errno.ENOTTY;
    return this.#keepingState(() => this.resetLocked());
  }

  // drivers/pci/pci.c: __pci_reset_function_locked()
  resetLocked(): Result {
    for (const method of this.methods) {
      const result = this.#perform(method);
      if (result !== -Errno.ENOTTY) return result;
    }
    return -Errno.ENOTTY;
  }

  /** What a reset does to the function itself: registers, messages, line, chip. */
  resetFunction(): void {
    const { config, interrupts, chip, bars } = this.#device;
    interrupts.setLine(false);
    const command = config.read16(PciConfig.COMMAND);
    config.poke(PciConfig.COMMAND, 2, command & ~resetCommandBits);
    config.poke(PciConfig.INTERRUPT_LINE, 1, 0);
    config.poke(PciConfig.CACHE_LINE_SIZE, 1, 0);
    for (const bar of bars) if (bar !== undefined) this.#clearBar(bar);
    this.#clearMsi();
    interrupts.msix?.reset();
    const pm = this.#device.power.capability;
    if (pm !== 0) config.poke(pm + PciPm.CTRL, 1, config.read8(pm + PciPm.CTRL) & ~3);
    chip.reset?.();
    this.#device.sriov?.physicalReset();
    this.#device.power.refresh();
    this.#device.refreshDecoding();
  }

  /** The function's own reset bits: writing one resets it, and they read 0. */
  configWritten(offset: number, width: number): void {
    const exp = this.#device.findCapability(PciCap.EXP);
    const control = exp + PciExp.DEVCTL;
    if (exp === 0 || offset > control + 1 || offset + width <= control) return;
    const { config } = this.#device;
    const value = config.read16(control);
    if ((value & PciExp.DEVCTL_FLR) === 0) return;
    config.poke(control, 2, value & ~PciExp.DEVCTL_FLR);
    this.resetFunction();
  }

  #can(method: ResetMethod): boolean {
    const { config } = this.#device;
    if (method === "flr") {
      const exp = this.#device.findCapability(PciCap.EXP);
      return exp !== 0 && (config.read32(exp + PciExp.DEVCAP) & PciExp.DEVCAP_FLR) !== 0;
    }
    if (method === "af_flr") {
      const af = this.#device.findCapability(PciCap.AF);
      const both = PciAf.CAP_TP | PciAf.CAP_FLR;
      return af !== 0 && (config.read8(af + PciAf.CAP) & both) === both;
    }
    if (method === "pm") return this.#device.power.losesState;
    return this.#aloneBehindBridge();
  }

  // drivers/pci/pci.c: pci_parent_bus_reset()
  #aloneBehindBridge(): boolean {
    const { bus, subordinate } = this.#device;
    return !bus.isRoot && subordinate === undefined && bus.devices.length === 1;
  }

  #perform(method: ResetMethod): Result {
    // Nobody comes back from a reset who is not there.
    if (!this.#can(method) || !this.#device.config.present) return -Errno.ENOTTY;
    const { reset } = this.#device.faults;
    if (reset !== undefined) return -Errno[reset];
    // drivers/pci/pci.c: pci_pm_reset()
    if (method === "pm" && this.#device.power.state !== PowerState.D0) return -Errno.EINVAL;
    this.resetFunction();
    return 0;
  }

  // drivers/pci/pci.c: pci_dev_save_and_disable(), pci_dev_restore()
  #keepingState(reset: () => Result): Result {
    this.#device.power.set(PowerState.D0);
    const saved = saveState(this.#device);
    this.#device.config.write(PciConfig.COMMAND, 2, PciCommand.INTX_DISABLE);
    const result = reset();
    restoreState(this.#device, saved);
    return result;
  }

  #clearBar(bar: Bar): void {
    const at = PciConfig.BAR0 + 4 * bar.index;
    this.#device.config.poke(at, 4, bar.typeBits);
    if (bar.wide) this.#device.config.poke(at + 4, 4, 0);
  }

  #clearMsi(): void {
    const { config, interrupts } = this.#device;
    if (interrupts.msi === undefined) return;
    const { offset, flags } = interrupts.msi;
    const kept = flags & ~(PciMsi.FLAGS_ENABLE | PciMsi.FLAGS_QSIZE);
    config.poke(offset + PciMsi.FLAGS, 2, kept);
    config.poke(offset + PciMsi.ADDRESS_LO, 4, 0);
    if (flags & PciMsi.FLAGS_64BIT) {
      config.poke(offset + PciMsi.ADDRESS_HI, 4, 0);
      config.poke(offset + PciMsi.DATA_64, 2, 0);
    } else config.poke(offset + PciMsi.DATA_32, 2, 0);
  }
}

const resetCommandBits =
  PciCommand.IO | PciCommand.MEMORY | PciCommand.MASTER | PciCommand.SERR | PciCommand.INTX_DISABLE;

/** struct pci_saved_state: registers that a reset loses and the kernel writes back. */
export interface SavedState {
  readonly header: Uint8Array;
  /** Offsets and bytes of capabilities that are saved. */
  readonly capabilities: readonly { offset: number; bytes: Uint8Array }[];
  readonly unmaskedVectors: readonly number[];
}

const savedCapabilities: Readonly<Record<number, number>> = {
  [PciCap.MSI]: 14,
  [PciCap.MSIX]: 4,
  [PciCap.EXP]: 0x3c,
};

// drivers/pci/pci.c: pci_save_state()
export function saveState({ config, interrupts }: PciDevice): SavedState {
  const capabilities = [...capabilitiesOf(config)]
    .filter(({ id, extended }) => !extended && savedCapabilities[id] !== undefined)
    .map(({ id, offset }) => ({
      offset,
      bytes: config.bytes.slice(offset, offset + savedCapabilities[id]!),
    }));
  const { msix } = interrupts;
  const unmaskedVectors =
    msix === undefined ? [] : [...Array(msix.size).keys()].filter((vector) => !msix.masked(vector));
  return { header: config.bytes.slice(0, PciConfigSize.HEADER), capabilities, unmaskedVectors };
}

// drivers/pci/pci.c: pci_restore_state()
export function restoreState(device: PciDevice, saved: SavedState): void {
  const { config, interrupts } = device;
  const status = config.read16(PciConfig.STATUS);
  config.bytes.set(saved.header);
  config.poke(PciConfig.STATUS, 2, status);
  for (const { offset, bytes } of saved.capabilities) config.bytes.set(bytes, offset);
  for (const vector of saved.unmaskedVectors) interrupts.msix?.mask(vector, false);
  device.refreshDecoding();
  interrupts.evaluate();
}
