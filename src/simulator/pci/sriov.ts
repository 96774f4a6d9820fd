import { Errno } from "../../errno.js";
import { PciSriov } from "../../uapi/pci-regs.js";
import type { Pending, Result } from "../core/result.js";
import type { PciAddress } from "./address.js";
import { Bar } from "./bar.js";
import type { FunctionSpec } from "./chip.js";
import type { PciDevice } from "./device.js";
import { inTurn } from "./in-turn.js";

/** What the machine does with virtual functions. */
export interface VirtualFunctionHost {
  add(physical: PciDevice, address: PciAddress, spec: FunctionSpec, index: number): PciDevice;
  remove(device: PciDevice): Result | Pending;
}

/** struct pci_sriov: a physical function's virtual functions. drivers/pci/iov.c */
export class Sriov {
  /** BARs of the virtual functions; each function has its share of the whole. */
  readonly bars: readonly Bar[];
  readonly totalFunctions: number;
  readonly deviceId: number;
  readonly offset: number;
  readonly stride: number;
  /** New functions are offered to drivers. */
  autoprobe = true;
  readonly #physical: PciDevice;
  readonly #capability: number;
  readonly #spec: (index: number) => FunctionSpec;
  readonly #host: VirtualFunctionHost;
  readonly #functions: PciDevice[] = [];

  constructor(
    physical: PciDevice,
    capability: number,
    spec: (index: number) => FunctionSpec,
    host: VirtualFunctionHost,
  ) {
    const read = (offset: number) => physical.config.read16(capability + offset);
    this.#physical = physical;
    this.#capability = capability;
    this.#spec = spec;
    this.#host = host;
    this.totalFunctions = read(PciSriov.TOTAL_VF);
    this.offset = read(PciSriov.VF_OFFSET);
    this.stride = read(PciSriov.VF_STRIDE);
    this.deviceId = read(PciSriov.VF_DEVICE_ID);
    this.bars = spec(0).bars.map((bar) => new Bar(bar));
  }

  /** Those that are switched on. */
  get functions(): readonly PciDevice[] {
    return this.#functions;
  }

  /** Places the BARs of all functions and writes their addresses into the capability. */
  place(addresses: (bar: Bar, length: number) => number): void {
    for (const bar of this.bars) {
      bar.address = addresses(bar, bar.size * this.totalFunctions);
      const at = this.#capability + PciSriov.BAR0 + 4 * bar.index;
      this.#physical.config.poke(at, 4, (bar.address | bar.typeBits) >>> 0);
    }
  }

  // drivers/pci/iov.c: pci_enable_sriov(), sriov_enable()
  enable(count: number): Result {
    if (this.#functions.length > 0) return -Errno.EINVAL;
    this.#write(PciSriov.NUM_VF, count);
    this.#control(PciSriov.CTRL_VFE | PciSriov.CTRL_MSE, 0);
    for (let index = 0; index < count; index++) {
      const address = this.#address(index);
      this.#functions.push(this.#host.add(this.#physical, address, this.#spec(index), index));
    }
    return count;
  }

  /** Removes the last function first; each waits for its users. */
  // drivers/pci/iov.c: pci_disable_sriov(), sriov_disable()
  disable(): Result | Pending {
    if (this.#functions.length === 0) return 0;
    const steps = [...this.#functions].reverse().map((device) => () => this.#host.remove(device));
    return inTurn([
      ...steps,
      () => {
        this.#functions.length = 0;
        this.#control(0, PciSriov.CTRL_VFE | PciSriov.CTRL_MSE);
        this.#write(PciSriov.NUM_VF, 0);
        return 0;
      },
    ]);
  }

  /** The physical function is being reset. */
  physicalReset(): void {
    if (this.#functions.length === 0) return;
    if (!this.#physical.machine.quirks.has("nvme-reset-loses-functions")) {
      // The kernel writes the capability again, and the functions start anew.
      for (const device of this.#functions) device.resets.resetFunction();
      return;
    }
    this.#physical.config.poke(this.#capability + PciSriov.NUM_VF, 2, 0);
    for (const device of this.#functions) device.vanish();
  }

  #address(index: number): PciAddress {
    const { domain, bus, device, function: fn } = this.#physical.address;
    const id = (bus << 8) + (device << 3) + fn + this.offset + this.stride * index;
    return { domain, bus: id >> 8, device: (id >> 3) & 0x1f, function: id & 7 };
  }

  #control(set: number, clear: number): void {
    const at = this.#capability + PciSriov.CTRL;
    const value = this.#physical.config.read16(at);
    this.#write(PciSriov.CTRL, (value & ~clear) | set);
  }

  #write(offset: number, value: number): void {
    this.#physical.config.write(this.#capability + offset, 2, value);
  }
}
