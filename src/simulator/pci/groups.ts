import { PciCap, PciExp, PciExpType, PciExtCap } from "../../uapi/pci-regs.js";
import type { HardwareIommu, IommuGroup, ReservedRegion } from "../iommu/iommu-group.js";
import type { SimulatedMachine } from "../machine.js";
import type { PciBus } from "./bus.js";
import type { PciDevice } from "./device.js";

const messages: ReservedRegion = { start: 0xfee00000n, end: 0xfeefffffn, type: "msi" };
const isaMemory: ReservedRegion = { start: 0n, end: 0xffffffn, type: "direct-relaxable" };

/** What translates a machine's bus cycles: Intel's IOMMU, with or without remapping, or nothing. */
export type PlatformIommu = "intel" | "intel-without-remapping" | "none";

/** Intel's IOMMU as QEMU has it: 39 bits. */
function vtd(kind: PlatformIommu, reserved: readonly ReservedRegion[]): HardwareIommu {
  return {
    apertureEnd: 0x7f_ffff_ffffn,
    pageSizes: 0x40201000n,
    cacheCoherent: false,
    msiIsolation: kind === "intel",
    reserved,
  };
}

/** Whose functions are put into groups. */
export interface GroupingHost {
  readonly machine: SimulatedMachine;
  readonly platformIommu: PlatformIommu;
}

/** Puts a function into the group of those that it cannot be told from, or into one of its own. */
// drivers/iommu/iommu.c: pci_device_group()
export function joinGroup({ machine, platformIommu }: GroupingHost, device: PciDevice): void {
  if (platformIommu === "none") return;
  const group = sharedGroup(device) ?? ownGroup(machine, platformIommu, device);
  group.add(device);
  device.group = group;
}

function ownGroup(machine: SimulatedMachine, kind: PlatformIommu, device: PciDevice): IommuGroup {
  const isa = slotMates(device).some(({ classCode }) => classCode >> 8 === 0x0601);
  const hardware = vtd(kind, isa ? [isaMemory, messages] : [messages]);
  return machine.groups.allocate("hardware", { hardware });
}

function sharedGroup(device: PciDevice): IommuGroup | undefined {
  // Behind a conventional bridge all bus cycles carry the bridge's name.
  const alias = conventionalBridge(device.bus);
  if (alias?.group !== undefined) return alias.group;
  // What is behind a bridge that does not isolate belongs to the bridge.
  for (let bus = device.bus; bus.bridge !== undefined; bus = bus.bridge.bus) {
    if (isolates(bus.bridge)) break;
    if (bus.bridge.group !== undefined) return bus.bridge.group;
  }
  if (device.isVirtualFunction || isolates(device)) return undefined;
  return slotMates(device).find((other) => other.group !== undefined)?.group;
}

/** The bridge from PCI Express to conventional PCI above a bus. */
function conventionalBridge(bus: PciBus): PciDevice | undefined {
  for (let at = bus; at.bridge !== undefined; at = at.bridge.bus) {
    const exp = at.bridge.findCapability(PciCap.EXP);
    if (exp === 0) return at.bridge;
    const type = (at.bridge.config.read16(exp + PciExp.FLAGS) & PciExp.FLAGS_TYPE) >> 4;
    if (type === PciExpType.PCI_BRIDGE) return at.bridge;
  }
  return undefined;
}

/** Access control services are there and on: source validation and redirection upstream. */
// drivers/pci/pci.c: pci_acs_enabled()
function isolates(device: PciDevice): boolean {
  const acs = device.findExtendedCapability(PciExtCap.ACS);
  const wanted = 0x1d;
  return acs !== 0 && (device.config.read16(acs + 6) & wanted) === wanted;
}

/** Other functions of a device with several. */
function slotMates(device: PciDevice): PciDevice[] {
  const { bus, address } = device;
  if (!device.multifunction) return [];
  return bus.devices.filter((other) => other.address.device === address.device);
}
