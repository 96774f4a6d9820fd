import type { Pending, Result } from "../core/result.js";
import type { SimulatedMachine } from "../machine.js";
import { perMachine } from "../mdev/per-machine.js";
import type { SysfsDirectory } from "../sysfs/tree.js";
import { BusAddresses } from "./address-space.js";
import { PciBus } from "./bus.js";
import type { PciDevice } from "./device.js";
import type { PciDriver } from "./driver.js";
import { attachAny, locked } from "./driver-core.js";
import type { PlatformIommu } from "./groups.js";
import { pcieport, shpchp, uioPciGeneric, virtioPci } from "./host-drivers.js";
import { InterruptRemapping } from "./interrupt-remapping.js";
import { line, RegisteredDriver } from "./registered-driver.js";
import { removeDevice, rescan } from "./removal.js";
import { busFiles } from "./sysfs-bus.js";
import { vfioPciDriver } from "./vfio/driver.js";
import { vfioPciModule } from "./vfio/module.js";
import { VirtualFunctions } from "./virtual-functions.js";

/** Loaded on every machine, in the order in which the guest loads them. */
const standardDrivers = [pcieport, shpchp, virtioPci, vfioPciDriver, uioPciGeneric];

/** A machine's PCI: the host bridge with its buses, the functions found, the drivers loaded. */
export class PciHost {
  readonly root: PciBus;
  readonly buses = new Map<number, PciBus>();
  /** Functions in the order in which they were found. */
  readonly devices = new Set<PciDevice>();
  /** Functions that are plugged in and were removed from the kernel's lists. */
  readonly removed = new Set<PciDevice>();
  readonly drivers = new Map<string, RegisteredDriver>();
  /** /sys/devices/pci0000:00 */
  readonly directory: SysfsDirectory;
  /** /sys/bus/pci */
  readonly bus: SysfsDirectory;
  /** What translates the functions' bus cycles. */
  platformIommu: PlatformIommu = "intel";
  readonly virtualFunctions = new VirtualFunctions(this);
  readonly remapping = new InterruptRemapping();
  readonly addresses = new BusAddresses();
  /** New functions and drivers are brought together without being asked. */
  autoprobe = true;

  constructor(readonly machine: SimulatedMachine) {
    this.root = new PciBus(0, 0, undefined);
    this.buses.set(0, this.root);
    this.directory = machine.sysfs.walk(`devices/pci${this.root.name}`);
    this.bus = machine.sysfs.walk("bus/pci");
    this.bus.directory("devices");
    this.bus.directory("drivers");
    busFiles(this);
    vfioPciModule(machine);
    this.announceBus(this.root, this.directory);
    for (const driver of standardDrivers) this.register(driver);
  }

  /** /sys/devices/virtual/iommu/dmar0, where there is one. */
  get iommu(): SysfsDirectory | undefined {
    if (this.platformIommu === "none") return undefined;
    const { sysfs } = this.machine;
    const directory = sysfs.walk("devices/virtual/iommu/dmar0");
    sysfs.walk("class/iommu").link("dmar0", directory);
    return directory;
  }

  find(name: string): PciDevice | undefined {
    for (const device of this.devices) if (device.name === name) return device;
    return undefined;
  }

  // drivers/pci/pci-driver.c: __pci_register_driver()
  register(driver: PciDriver): RegisteredDriver {
    const there = this.drivers.get(driver.name);
    if (there !== undefined) return there;
    const directory = this.bus.directory("drivers").directory(driver.name);
    const registered = new RegisteredDriver(driver, directory, this);
    if (driver.module !== undefined) {
      directory.link("module", this.machine.sysfs.walk(`module/${driver.module}`));
    }
    this.drivers.set(driver.name, registered);
    if (this.autoprobe) for (const device of this.devices) attachAny(device, [registered]);
    return registered;
  }

  /** Lets the drivers that are loaded have a look at a function. */
  probe(device: PciDevice): void {
    locked(device, () => {
      attachAny(device, this.drivers.values());
      return 0;
    });
  }

  // drivers/base/bus.c: drivers_probe_store()
  probeByName(data: string): PciDevice | undefined {
    const device = this.find(line(data));
    if (device !== undefined) this.probe(device);
    return device;
  }

  // drivers/pci/remove.c: pci_stop_and_remove_bus_device()
  remove(device: PciDevice): Result | Pending {
    return removeDevice(this, device);
  }

  /** Looks for functions again. */
  rescan(): void {
    rescan(this);
  }

  /** /sys/class/pci_bus/0000:00, which lives below the bridge. */
  announceBus(bus: PciBus, above: SysfsDirectory): void {
    const directory = above.directory("pci_bus").directory(bus.name);
    this.machine.sysfs.walk("class/pci_bus").link(bus.name, directory);
    directory.readable("cpuaffinity", () => "3\n").readable("cpulistaffinity", () => "0-1\n");
  }
}

/** The PCI host of a machine, made when it is first asked for. */
export const pciHost = perMachine((machine) => new PciHost(machine));
