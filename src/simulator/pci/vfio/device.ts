import { PciCap, PciCommand, PciConfig, PciMsix } from "../../../uapi/pci-regs.js";
import { PAGE_SIZE } from "../../core/page.js";
import type { VfioDevice } from "../../core/vfio-device.js";
import type { Profile } from "../../profile.js";
import type { PciDevice } from "../device.js";
import { PowerState } from "../power.js";
import { restoreState, type SavedState, saveState } from "../reset-methods.js";
import type { VirtualConfig } from "./config/virtual-config.js";
import type { DeviceSet } from "./device-set.js";
import { Ioeventfds } from "./ioeventfd.js";
import { VfioIrqs } from "./irqs/irqs.js";
import { RuntimePower } from "./runtime-power.js";
import type { VfToken } from "./vf-token.js";

/** A part of a BAR that file accesses do not reach. */
export interface HiddenTable {
  /** The BAR; 0xff for none. */
  readonly bar: number;
  readonly start: number;
  readonly end: number;
}

const nowhere: HiddenTable = { bar: 0xff, start: 0, end: 0 };

/** struct vfio_pci_core_device: a function in the hands of vfio-pci. */
export class VfioPciDevice {
  readonly pci: PciDevice;
  readonly irqs: VfioIrqs;
  readonly power: RuntimePower;
  readonly ioeventfds: Ioeventfds;
  readonly deviceSet: DeviceSet;
  /** What users have to show for a physical function with virtual ones. */
  readonly token: VfToken | undefined;
  /** How the core knows it. */
  registered: VfioDevice | undefined;
  /** Virtual configuration space; there while the device is open. */
  config: VirtualConfig | undefined;
  /** Where the MSI-X table is, as it was read when the device was opened. */
  msix: HiddenTable = nowhere;
  resetWorks = false;
  needsReset = false;
  /** State to go back to when the device is closed. */
  saved: SavedState | undefined;
  /** State of before D3, for functions that lose it there. */
  savedForPower: SavedState | undefined;
  /** Virtual functions exist: no sleep for the physical one. */
  sriovActive = false;

  constructor(pci: PciDevice, { deviceSet, token }: { deviceSet: DeviceSet; token?: VfToken }) {
    this.pci = pci;
    this.deviceSet = deviceSet;
    this.token = token;
    this.irqs = new VfioIrqs(this);
    this.power = new RuntimePower(this);
    this.ioeventfds = new Ioeventfds(this);
  }

  get profile(): Profile {
    return this.pci.machine.profile;
  }

  /** No INTx can be had: the pin is not connected. */
  get withoutIntx(): boolean {
    return this.pci.irq === 0;
  }

  get open(): boolean {
    return this.config !== undefined;
  }

  /** Memory BARs may be touched. __vfio_pci_memory_enabled() */
  get memoryEnabled(): boolean {
    if (this.pci.power.asleep || this.config === undefined) return false;
    if (this.pci.isVirtualFunction) return true;
    return (this.config.bytes[PciConfig.COMMAND]! & PciCommand.MEMORY) !== 0;
  }

  /** Reads where the MSI-X table is. vfio_pci_core_enable() */
  findMsix(): void {
    const at = this.pci.findCapability(PciCap.MSIX);
    this.msix = nowhere;
    if (at === 0) return;
    const table = this.pci.config.read32(at + PciMsix.TABLE);
    const vectors = (this.pci.config.read16(at + PciMsix.FLAGS) & PciMsix.FLAGS_QSIZE) + 1;
    const start = (table & PciMsix.OFFSET_MASK) >>> 0;
    const end = start + vectors * PciMsix.ENTRY_SIZE;
    this.msix = { bar: table & PciMsix.BIR_MASK, start, end };
  }

  /** A BAR that can be mapped: memory, and pages of its own. vfio_pci_probe_mmaps() */
  mappable(index: number): boolean {
    const bar = this.pci.bars[index];
    if (bar === undefined || bar.space !== "memory") return false;
    return bar.size >= PAGE_SIZE || bar.address % PAGE_SIZE === 0;
  }

  // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_set_power_state()
  setPowerState(state: number): void {
    const { power } = this.pci;
    if (state > PowerState.D0 && this.sriovActive) return;
    const sleeps = !power.asleep && state >= PowerState.D3hot;
    const wakes = power.asleep && state === PowerState.D0;
    const saved = power.losesState && sleeps ? saveState(this.pci) : undefined;
    power.set(state);
    if (saved !== undefined) this.savedForPower = saved;
    if (!wakes || this.savedForPower === undefined) return;
    restoreState(this.pci, this.savedForPower);
    this.savedForPower = undefined;
  }
}
