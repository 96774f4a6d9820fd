import { type PciBarValue, pciBars } from "./pci-bars.js";
import {
  type PciCapability,
  type PciExtendedCapability,
  pciCapabilities,
  pciExtendedCapabilities,
} from "./pci-capability.js";
import { pciHeader } from "./pci-header.js";
import type { Region } from "./region.js";
import type { RegionArea } from "./region-info.js";
import type { Registers } from "./registers.js";

/**
 * A PCI function's configuration space as VFIO shows it: partly the hardware's, partly made up
 * (vfio_pci_config.c). Every property is read at that moment.
 */
export class PciConfig {
  /** The bytes: `config.region.read16(0x40)`. */
  readonly region: Region;
  /** The header's registers: `config.registers.command.update({ busMaster: true })`. */
  readonly registers: Registers<typeof pciHeader>;

  /** @internal Programs use `device.config`. */
  constructor(region: Region) {
    this.region = region;
    this.registers = region.registers(pciHeader);
  }

  /** Whose device it is: 0x1b36 is QEMU. */
  get vendorId(): number {
    return this.registers.vendorId.read();
  }

  /** Which device of the vendor. */
  get deviceId(): number {
    return this.registers.deviceId.read();
  }

  /** Whose board it is on. */
  get subsystemVendorId(): number {
    return this.registers.subsystemVendorId.read();
  }

  /** Which board. */
  get subsystemId(): number {
    return this.registers.subsystemId.read();
  }

  /** Which revision of the device. */
  get revisionId(): number {
    return this.registers.revisionId.read();
  }

  /** 24 bits: base class, subclass, programming interface. 0x010802 is NVMe. */
  get classCode(): number {
    const { classDevice, programmingInterface } = this.registers;
    return classDevice.read() * 0x100 + programmingInterface.read();
  }

  /** 0 for a device, 1 for a bridge. */
  get headerLayout(): number {
    return this.registers.headerType.fields.layout.read();
  }

  /** 1 to 4 for INTA to INTD; 0 without INTx. */
  get interruptPin(): number {
    return this.registers.interruptPin.read();
  }

  /** The command register: `command.fields.busMaster.write(true)`. */
  get command(): Registers<typeof pciHeader>["command"] {
    return this.registers.command;
  }

  /** The status register: `status.readFields().capabilityList`. */
  get status(): Registers<typeof pciHeader>["status"] {
    return this.registers.status;
  }

  /** The base address registers that are not zero. */
  get bars(): PciBarValue[] {
    return pciBars(this.region);
  }

  /** The capability list, decoded. */
  get capabilities(): PciCapability[] {
    return [...pciCapabilities(this.region)];
  }

  /** PCI Express' extended capabilities, decoded. */
  get extendedCapabilities(): PciExtendedCapability[] {
    return [...pciExtendedCapabilities(this.region)];
  }

  /** The first capability of a kind: `config.capability("msix")?.vectors`. */
  capability<Kind extends PciCapability["kind"]>(
    kind: Kind,
  ): Extract<PciCapability, { kind: Kind }> | undefined {
    const found = this.capabilities.find((capability) => capability.kind === kind);
    return found as Extract<PciCapability, { kind: Kind }> | undefined;
  }

  /** The first extended capability of a kind: `config.extendedCapability("sriov")`. */
  extendedCapability<Kind extends PciExtendedCapability["kind"]>(
    kind: Kind,
  ): Extract<PciExtendedCapability, { kind: Kind }> | undefined {
    const found = this.extendedCapabilities.find((capability) => capability.kind === kind);
    return found as Extract<PciExtendedCapability, { kind: Kind }> | undefined;
  }

  /** Where in a BAR the MSI-X table is; undefined if it is not there. */
  msixTableIn(bar: number): RegionArea | undefined {
    const table = this.capability("msix")?.table;
    return table?.bar === bar ? { offset: table.offset, size: table.size } : undefined;
  }
}
