import { PciBridge, PciCommand, PciConfig, PciExtCap } from "../../uapi/pci-regs.js";
import type { SimulatedMachine } from "../machine.js";
import { formatPciAddress, type PciAddress, parsePciAddress } from "./address.js";
import { PciBus } from "./bus.js";
import type { FunctionSpec } from "./chip.js";
import { configBytes } from "./config-bytes.js";
import { PciDevice, type PciDeviceOptions } from "./device.js";
import { joinGroup } from "./groups.js";
import { type PciHost, pciHost } from "./host.js";
import { functionOf, type PciModel } from "./models/index.js";
import { Sriov } from "./sriov.js";
import { announce } from "./sysfs-device.js";

/** A function to be plugged in. */
export type PciPlug = PciModel & {
  /** `0000:00:05.0`; the next free device of bus 0 unless told. */
  readonly address?: string;
  /** Of a bridge: the number of the bus behind it. */
  readonly secondaryBus?: number;
  /**
   * Bus addresses of its BARs by index, as the firmware assigns them; 6 is the ROM, from 7 on those
   * of virtual functions.
   */
  readonly resources?: Readonly<Record<number, number>>;
  /** Legacy interrupt line. */
  readonly irq?: number;
  /** Registers that the firmware leaves different: rows of bytes by offset. */
  readonly registers?: Readonly<Record<number, string>>;
};

/**
 * Plugs functions into a machine's PCI bus and lets the kernel find them: sysfs, IOMMU groups,
 * drivers that are loaded.
 *
 * @throws RangeError for addresses that are wrong, taken, or on a bus that no bridge leads to
 */
export function plugPci(machine: SimulatedMachine, plugs: readonly PciPlug[]): PciDevice[] {
  const host = pciHost(machine);
  const placed = place(host, plugs);
  const found: PciDevice[] = [];
  scan(host, host.root, placed, found);
  const [lost] = placed;
  if (lost !== undefined) {
    throw new RangeError(`${formatPciAddress(lost.address)}: no bridge leads to that bus`);
  }
  for (const device of found) joinGroup(machine, device);
  if (host.autoprobe) for (const device of found) host.probe(device);
  return found;
}

interface Placed {
  readonly address: PciAddress;
  readonly plug: PciPlug;
}

/** Checks addresses and gives out those that are missing. */
function place(host: PciHost, plugs: readonly PciPlug[]): Placed[] {
  const taken = new Set([...host.devices].map(({ name }) => name));
  const placed = plugs.map((plug) => {
    const name = plug.address ?? nextFree(taken, plugs);
    const address = parsePciAddress(name);
    if (address === undefined)
      throw new RangeError(`"${name}" is not an address like 0000:00:05.0`);
    if (taken.has(name)) throw new RangeError(`${name}: there is a device already`);
    taken.add(name);
    return { address, plug };
  });
  return placed.sort((one, other) => order(one.address) - order(other.address));
}

function order({ bus, device, function: fn }: PciAddress): number {
  return (bus << 8) | (device << 3) | fn;
}

function nextFree(taken: ReadonlySet<string>, plugs: readonly PciPlug[]): string {
  for (let device = 1; device < 0x20; device++) {
    const name = formatPciAddress({ domain: 0, bus: 0, device, function: 0 });
    if (!taken.has(name) && !plugs.some(({ address }) => address === name)) return name;
  }
  throw new RangeError("bus 0 is full");
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

function discover(host: PciHost, bus: PciBus, { address, plug }: Placed): PciDevice {
  const name = formatPciAddress(address);
  const above = bus.bridge?.directory ?? host.directory;
  const device = addDevice(host, {
    bus,
    address,
    spec: withRegisters(functionOf(plug), plug.registers),
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

function withRegisters(spec: FunctionSpec, rows: PciPlug["registers"]): FunctionSpec {
  if (rows === undefined) return spec;
  const config = Uint8Array.from(spec.config);
  for (const [offset, row] of Object.entries(rows)) {
    config.set(configBytes(row.trim().split(/\s+/).length, { 0: row }), Number(offset));
  }
  return { ...spec, config };
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
  if (!bridge.isBridge) throw new RangeError(`${bridge.name} is not a bridge`);
  if (host.buses.has(number)) throw new RangeError(`bus ${number} is there already`);
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
