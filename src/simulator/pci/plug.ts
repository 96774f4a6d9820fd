import { PciBridge, PciCommand, PciConfig, PciExtCap } from "../../uapi/pci-regs.js";
import type { SimulatedMachine } from "../machine.js";
import { formatPciAddress } from "./address.js";
import { PciBus } from "./bus.js";
import { PciDevice, type PciDeviceOptions } from "./device.js";
import { joinGroup, type PlatformIommu } from "./groups.js";
import { type PciHost, pciHost } from "./host.js";
import { type PciPlug, type Placed, place } from "./placement.js";
import { Sriov } from "./sriov.js";
import { announce } from "./sysfs-device.js";

export type { PciPlug } from "./placement.js";

/** What stands between the functions and memory. */
export interface PlugOptions {
  /** Intel's IOMMU unless told. Without any there are no groups but VFIO's made-up ones. */
  readonly iommu?: PlatformIommu;
}

/**
 * Plugs functions into a machine's PCI bus and lets the kernel find them: sysfs, IOMMU groups,
 * drivers that are loaded.
 *
 * @throws RangeError for models that there are not, and for addresses that are wrong, taken, or on
 * a
 *   bus that no bridge leads to; then nothing has been plugged in
 */
export function plugPci(
  machine: SimulatedMachine,
  plugs: readonly PciPlug[],
  { iommu = "intel" }: PlugOptions = {},
): PciDevice[] {
  const host = pciHost(machine);
  host.platformIommu = iommu;
  const placed = place(host, plugs);
  const found: PciDevice[] = [];
  scan(host, host.root, placed, found);
  for (const device of found) joinGroup(host, device);
  if (host.autoprobe) for (const device of found) host.probe(device);
  return found;
}

/** First everything on a bus, then what is behind its bridges. */
// drivers/pci/probe.c: pci_scan_child_bus_extend()
function scan(host: PciHost, bus: PciBus, placed: Placed[], found: PciDevice[]): void {
  const here = placed.filter(({ address }) => address.bus === bus.number);
  for (const one of here) {
    placed.splice(placed.indexOf(one), 1);
    found.push(discover(host, bus, one));
  }
  for (const bridge of bus.devices) {
    if (bridge.subordinate !== undefined) scan(host, bridge.subordinate, placed, found);
  }
}

function discover(host: PciHost, bus: PciBus, { address, plug, spec }: Placed): PciDevice {
  const name = formatPciAddress(address);
  const above = bus.bridge?.directory ?? host.directory;
  const device = addDevice(host, {
    bus,
    address,
    spec,
    directory: above.directory(name),
    irq: plug.irq ?? 10 + (address.device & 1),
  });
  const sriov = device.findExtendedCapability(PciExtCap.SRIOV);
  const { virtualFunction } = device.spec;
  if (sriov !== 0 && virtualFunction !== undefined) {
    device.sriov = new Sriov(device, sriov, virtualFunction, host.virtualFunctions);
  }
  firmware(host, device, plug);
  if (plug.secondaryBus !== undefined) openBus(host, device, plug.secondaryBus);
  announce(host, device);
  return device;
}

/** Puts a function on its bus, before those that are found later. */
export function addDevice(
  host: PciHost,
  options: Omit<PciDeviceOptions, "machine" | "remapping">,
): PciDevice {
  const { machine, remapping } = host;
  const device = new PciDevice({ machine, remapping, ...options });
  options.bus.devices.push(device);
  device.resets.discover();
  host.devices.add(device);
  return device;
}

/** What the firmware does before the kernel comes: addresses, decoding, interrupt line. */
function firmware(host: PciHost, device: PciDevice, { resources, irq, registers }: PciPlug): void {
  for (const bar of device.bars) {
    bar?.place(device.config, resources?.[bar.index] ?? host.addresses.take(bar));
  }
  device.sriov?.place(
    (bar, length) => resources?.[7 + bar.index] ?? host.addresses.takeMemory(length),
  );
  device.rom?.place(device.config, resources?.[6] ?? host.addresses.takeMemory(device.rom.size));
  if (device.config.read8(PciConfig.INTERRUPT_PIN) !== 0) {
    device.config.poke(PciConfig.INTERRUPT_LINE, 1, irq ?? device.irq);
  }
  if (registers?.[PciConfig.COMMAND] === undefined) {
    device.command(PciCommand.IO | PciCommand.MEMORY | PciCommand.SERR);
  }
  device.refreshDecoding();
}

function openBus(host: PciHost, bridge: PciDevice, number: number): void {
  const bus = new PciBus(bridge.address.domain, number, bridge);
  bridge.subordinate = bus;
  host.buses.set(number, bus);
  bridge.config.poke(PciBridge.PRIMARY_BUS, 1, bridge.address.bus);
  bridge.config.poke(PciBridge.SECONDARY_BUS, 1, number);
  if (bridge.config.read8(PciBridge.SUBORDINATE_BUS) < number) {
    bridge.config.poke(PciBridge.SUBORDINATE_BUS, 1, number);
  }
  host.announceBus(bus, bridge.directory);
}
