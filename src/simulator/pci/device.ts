import { PciCommand, PciConfig, PciStatus } from "../../uapi/pci-regs.js";
import type { Width } from "../core/file.js";
import type { Result } from "../core/result.js";
import type { DeviceFaults } from "../faults.js";
import type { DmaDomain, IommuGroup, IommuGroupMember } from "../iommu/iommu-group.js";
import type { SimulatedMachine } from "../machine.js";
import { Mutex } from "../mdev/locks.js";
import type { SysfsDirectory } from "../sysfs/tree.js";
import { formatPciAddress, type PciAddress } from "./address.js";
import { Bar } from "./bar.js";
import type { PciBus } from "./bus.js";
import type { FunctionSpec, PciChip } from "./chip.js";
import { chipBus } from "./chip-bus.js";
import { applyMasks } from "./config-masks.js";
import { ConfigSpace } from "./config-space.js";
import type { PciDriver } from "./driver.js";
import { type InheritedIdentity, PciIdentity } from "./identity.js";
import type { InterruptRemapping } from "./interrupt-remapping.js";
import { routedLine } from "./interrupt-routing.js";
import { PciInterrupts } from "./interrupts.js";
import { OptionRom } from "./option-rom.js";
import { PciPower, PowerState } from "./power.js";
import { ResetMethods } from "./reset-methods.js";
import type { Sriov } from "./sriov.js";

/** Where a function is plugged in. */
export interface PciDeviceOptions {
  machine: SimulatedMachine;
  remapping: InterruptRemapping;
  bus: PciBus;
  address: PciAddress;
  spec: FunctionSpec;
  directory: SysfsDirectory;
  /** Legacy interrupt line, as the platform routes it. */
  irq: number;
  /** The physical function that it is a virtual function of. */
  physicalFunction?: PciDevice;
}

/** struct pci_dev: a function on the bus, the chip behind it, and what the kernel knows of it. */
export class PciDevice extends PciIdentity implements IommuGroupMember {
  readonly machine: SimulatedMachine;
  /** Where its messages get their addresses from. */
  readonly remapping: InterruptRemapping;
  readonly bus: PciBus;
  readonly address: PciAddress;
  readonly name: string;
  readonly spec: FunctionSpec;
  /** Made anew when the function is found again. */
  directory: SysfsDirectory;
  /** Interrupt line: the firmware's until the function is enabled, then the I/O APIC's. */
  irq: number;
  readonly physicalFunction: PciDevice | undefined;
  readonly config: ConfigSpace;
  /** What a test wants to be wrong with it. */
  readonly faults: DeviceFaults;
  readonly bars: readonly (Bar | undefined)[];
  readonly rom: OptionRom | undefined;
  readonly chip: PciChip;
  readonly interrupts: PciInterrupts;
  readonly power: PciPower;
  readonly resets: ResetMethods;
  /** device_lock(): held while a driver is bound or unbound, which may wait. */
  readonly lock = new Mutex();
  /** The bus behind it, if it is a bridge. */
  subordinate: PciBus | undefined;
  group: IommuGroup | undefined;
  driver: PciDriver | undefined;
  /** drivers/base: `driver_override` */
  driverOverride: string | undefined;
  /** Single-root I/O virtualisation, where it is a physical function. */
  sriov: Sriov | undefined;
  /** What its driver keeps for it (drvdata). */
  driverData: object | undefined;
  /** Its driver keeps everybody else's hands off the BARs (7.2: vfio-pci while it is open). */
  barsClaimed = false;
  /** pci_enable_device() calls minus pci_disable_device() calls. */
  enableCount = 0;
  /** Which BARs answer: they are in place, COMMAND lets them, and the function is awake. */
  readonly #answering: boolean[] = [false, false, false, false, false, false];
  #gone = false;
  readonly #firmwareLine: number;

  constructor({ machine, bus, address, spec, directory, irq, ...rest }: PciDeviceOptions) {
    const name = formatPciAddress(address);
    const faults = machine.faults.device(name);
    const config = new ConfigSpace(spec.config, faults);
    super(config, inherit(rest.physicalFunction));
    this.machine = machine;
    this.remapping = rest.remapping;
    this.bus = bus;
    this.address = address;
    this.name = name;
    this.spec = spec;
    this.directory = directory;
    this.irq = irq;
    this.#firmwareLine = irq;
    this.physicalFunction = rest.physicalFunction;
    this.faults = faults;
    this.config = config;
    applyMasks(config);
    this.bars = Array.from({ length: 6 }, (_, index) => {
      const bar = spec.bars.find((one) => one.index === index);
      return bar === undefined ? undefined : new Bar(bar);
    });
    this.rom = spec.rom === undefined ? undefined : new OptionRom(spec.rom);
    this.interrupts = new PciInterrupts(this);
    this.power = new PciPower(this);
    this.resets = new ResetMethods(this);
    this.chip = spec.chip(chipBus(this));
    this.config.written = (offset, width) => this.#configWritten(offset, width);
    this.refreshDecoding();
  }

  // drivers/iommu/iommu.c: iommu_device_use_default_domain()
  get usesDmaApi(): boolean {
    return this.driver?.usesDmaApi ?? false;
  }

  get driverBound(): boolean {
    return this.driver !== undefined;
  }

  get isVirtualFunction(): boolean {
    return this.physicalFunction !== undefined;
  }

  /** A read cycle on a BAR. Nobody answers while memory decoding is off. */
  read(bar: number, offset: number, width: Width): number {
    if (!this.#answering[bar]) return this.#nobody(bar, width);
    if (this.faults.lost) return 2 ** (8 * width) - 1;
    const { msix } = this.interrupts;
    if (msix?.covers(bar, offset) === true) return msix.read(offset, width);
    return this.chip.read(bar, offset, width);
  }

  write(bar: number, offset: number, width: Width, value: number): void {
    if (!this.#answering[bar] || this.faults.lost) return;
    const { msix } = this.interrupts;
    if (msix?.covers(bar, offset) === true) msix.write(offset, width, value);
    else this.chip.write(bar, offset, width, value);
  }

  read64(bar: number, offset: number): bigint {
    if (!this.#answering[bar]) return 0n;
    if (this.faults.lost) return 0xffff_ffff_ffff_ffffn;
    if (this.interrupts.msix?.covers(bar, offset) !== true) return this.chip.read64(bar, offset);
    return (BigInt(this.read(bar, offset + 4, 4)) << 32n) | BigInt(this.read(bar, offset, 4));
  }

  write64(bar: number, offset: number, value: bigint): void {
    if (!this.#answering[bar] || this.faults.lost) return;
    if (this.interrupts.msix?.covers(bar, offset) !== true) {
      this.chip.write64(bar, offset, value);
      return;
    }
    this.write(bar, offset, 4, Number(value & 0xffff_ffffn));
    this.write(bar, offset + 4, 4, Number(value >> 32n));
  }

  /** An error is reported to its driver, as advanced error reporting does. */
  // drivers/pci/pcie/err.c: pcie_do_recovery()
  reportError(): void {
    if (this.isPcie) this.driver?.errorDetected?.(this);
  }

  // drivers/pci/pci.c: pci_enable_device()
  enable(): Result {
    this.enableCount += 1;
    if (this.enableCount > 1) return 0;
    this.power.set(PowerState.D0);
    this.irq = routedLine(this) ?? this.irq;
    let bits = 0;
    for (const bar of this.bars) {
      if (bar !== undefined) bits |= bar.space === "io" ? PciCommand.IO : PciCommand.MEMORY;
    }
    const pin = this.config.read8(PciConfig.INTERRUPT_PIN);
    this.command(bits, pin === 0 ? 0 : PciCommand.INTX_DISABLE);
    return 0;
  }

  // drivers/pci/pci.c: pci_disable_device()
  disable(): void {
    this.enableCount -= 1;
    if (this.enableCount === 0) this.command(0, PciCommand.MASTER);
  }

  /** What the kernel knew of it is gone: the function is found as if for the first time. */
  forget(): void {
    const { parent, name } = this.directory;
    if (parent !== undefined) this.directory = parent.directory(name);
    this.driverOverride = undefined;
    this.enableCount = 0;
    this.irq = this.#firmwareLine;
    this.power.known = false;
  }

  /** Nobody is there any more, though the kernel does not know. */
  vanish(): void {
    this.#gone = true;
    this.config.vanish();
    this.interrupts.setLine(false);
    this.refreshDecoding();
  }

  /** pci_write_config_word(COMMAND): sets or clears bits. */
  command(set: number, clear = 0): void {
    const command = this.config.read16(PciConfig.COMMAND);
    this.config.write(PciConfig.COMMAND, 2, (command & ~clear) | set);
  }

  /** Works out again whether BARs answer. */
  refreshDecoding(): void {
    const command = this.config.read16(PciConfig.COMMAND);
    const there = !this.power.asleep && !this.#gone;
    for (const bar of this.bars) {
      if (bar === undefined) continue;
      const bit = bar.space === "io" ? PciCommand.IO : PciCommand.MEMORY;
      const decoded = (command & bit) !== 0 && bar.inPlace(this.config);
      this.#answering[bar.index] = there && (decoded || this.isVirtualFunction);
    }
  }

  /** What a cycle reads that nobody answers: on QEMU's bus zeros, ones from ports. */
  #nobody(bar: number, width: Width): number {
    return this.bars[bar]?.space === "io" ? 2 ** (8 * width) - 1 : 0;
  }

  #configWritten(offset: number, width: number): void {
    if (offset < PciConfig.CARDBUS_CIS && offset + width > PciConfig.COMMAND) {
      this.refreshDecoding();
      this.interrupts.evaluate();
    }
    this.power.configWritten(offset, width);
    this.interrupts.configWritten(offset, width);
    this.resets.configWritten(offset, width);
    this.chip.configWritten?.(offset, width);
  }

  /** Where its bus cycles go: nowhere while COMMAND.MASTER is off. */
  get busMaster(): DmaDomain | undefined {
    const on = (this.config.read16(PciConfig.COMMAND) & PciCommand.MASTER) !== 0;
    return on && this.config.present ? this.group?.domain : undefined;
  }

  /** The interrupt status bit shows the line, masked or not. */
  showLine(asserted: boolean): void {
    const at = PciConfig.STATUS;
    const status = this.config.bytes[at]!;
    this.config.bytes[at] = asserted ? status | PciStatus.INTERRUPT : status & ~PciStatus.INTERRUPT;
  }
}

/** Virtual functions have their physical one's identifiers, and a device number of their own. */
function inherit(physical: PciDevice | undefined): Partial<InheritedIdentity> {
  if (physical === undefined) return {};
  const device = physical.sriov?.deviceId ?? physical.device;
  return { vendor: physical.vendor, device, subsystemVendor: physical.subsystemVendor };
}
