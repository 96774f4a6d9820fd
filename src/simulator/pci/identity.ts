import { PciCap, PciConfig, PciHeaderType } from "../../uapi/pci-regs.js";
import { capabilitiesOf } from "./capability-list.js";
import type { ConfigSpace } from "./config-space.js";

/** What a virtual function takes from its physical one. */
export interface InheritedIdentity {
  readonly vendor: number;
  readonly device: number;
  readonly subsystemVendor: number;
}

/**
 * What the kernel has read of a function when it found it, and keeps: who it is, and where its
 * capabilities are.
 */
// drivers/pci/probe.c: pci_setup_device()
export class PciIdentity {
  readonly vendor: number;
  readonly device: number;
  readonly subsystemVendor: number;
  readonly subsystemDevice: number;
  readonly revision: number;
  /** Base class, subclass and programming interface: 0x010802. */
  readonly classCode: number;
  readonly headerType: number;
  /** Several functions share the device. */
  readonly multifunction: boolean;
  readonly #capabilities = new Map<number, number>();
  readonly #extendedCapabilities = new Map<number, number>();

  constructor(config: ConfigSpace, inherited: Partial<InheritedIdentity> = {}) {
    for (const { id, offset, extended } of capabilitiesOf(config)) {
      const known = extended ? this.#extendedCapabilities : this.#capabilities;
      if (!known.has(id)) known.set(id, offset);
    }
    const header = config.read8(PciConfig.HEADER_TYPE);
    this.headerType = header & PciHeaderType.MASK;
    this.multifunction = (header & PciHeaderType.MULTI) !== 0;
    this.vendor = inherited.vendor ?? config.read16(PciConfig.VENDOR_ID);
    this.device = inherited.device ?? config.read16(PciConfig.DEVICE_ID);
    this.revision = config.read8(PciConfig.REVISION_ID);
    this.classCode = config.read32(PciConfig.REVISION_ID) >>> 8;
    // Bridges have it in a capability.
    const capability = this.findCapability(PciCap.SSVID);
    const at = this.isBridge ? capability && capability + 4 : PciConfig.SUBSYSTEM_VENDOR_ID;
    const subsystem = at === 0 ? 0 : config.read32(at);
    this.subsystemVendor = inherited.subsystemVendor ?? subsystem & 0xffff;
    this.subsystemDevice = subsystem >>> 16;
  }

  get isBridge(): boolean {
    return this.headerType === PciHeaderType.BRIDGE;
  }

  get isPcie(): boolean {
    return this.findCapability(PciCap.EXP) !== 0;
  }

  /** Where a capability is; 0 without it. */
  findCapability(id: number): number {
    return this.#capabilities.get(id) ?? 0;
  }

  findExtendedCapability(id: number): number {
    return this.#extendedCapabilities.get(id) ?? 0;
  }
}
