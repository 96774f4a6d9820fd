import { PciConfig, PciConfigSize, PciHeaderType } from "../../uapi/pci-regs.js";
import { formatPciAddress, type PciAddress, parsePciAddress } from "./address.js";
import type { BarSpec, FunctionSpec } from "./chip.js";
import { configBytes } from "./config-bytes.js";
import type { PciHost } from "./host.js";
import { functionOf, type PciModel } from "./models/index.js";

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

/** A function that can be plugged in: checked, with an address. */
export interface Placed {
  readonly address: PciAddress;
  readonly plug: PciPlug;
  readonly spec: FunctionSpec;
}

/**
 * Checks everything before anything is plugged in, and gives out addresses that are missing. In the
 * order of buses, devices and functions.
 *
 * @throws RangeError for what cannot be: models, registers, addresses, buses
 */
export function place(host: PciHost, plugs: readonly PciPlug[]): Placed[] {
  const taken = new Set([...host.devices].map(({ name }) => name));
  const placed = plugs.map((plug) => {
    const name = plug.address ?? nextFree(taken, plugs);
    const address = parsePciAddress(name);
    if (address === undefined || address.domain !== 0) {
      throw new RangeError(`"${name}" is not an address like 0000:00:05.0`);
    }
    if (taken.has(name)) throw new RangeError(`${name}: there is a device already`);
    taken.add(name);
    const spec = withRegisters(functionOf(plug), plug.registers);
    checkSpec(name, spec);
    return { address, plug, spec };
  });
  checkBuses(host, placed);
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

/** A bridge leads to each bus, and only one. */
function checkBuses(host: PciHost, placed: readonly Placed[]): void {
  const reachable = new Set(host.buses.keys());
  const left = [...placed].sort((one, other) => order(one.address) - order(other.address));
  for (let progress = true; progress; ) {
    progress = false;
    for (const { address, plug, spec } of left.splice(0)) {
      if (!reachable.has(address.bus)) {
        left.push({ address, plug, spec });
        continue;
      }
      progress = true;
      if (plug.secondaryBus !== undefined) openBus(reachable, address, spec, plug.secondaryBus);
    }
  }
  const [lost] = left;
  if (lost === undefined) return;
  throw new RangeError(`${formatPciAddress(lost.address)}: no bridge leads to that bus`);
}

function openBus(
  reachable: Set<number>,
  address: PciAddress,
  { config }: FunctionSpec,
  number: number,
): void {
  const name = formatPciAddress(address);
  const header = (config[PciConfig.HEADER_TYPE] ?? 0) & PciHeaderType.MASK;
  if (header !== PciHeaderType.BRIDGE) throw new RangeError(`${name} is not a bridge`);
  if (!Number.isInteger(number) || number <= address.bus || number > 0xff) {
    throw new RangeError(`${name}: there cannot be a bus ${number} behind it`);
  }
  if (reachable.has(number)) throw new RangeError(`bus ${number} is there already`);
  reachable.add(number);
}

function checkSpec(name: string, { config, bars }: FunctionSpec): void {
  const { CONVENTIONAL, EXPRESS } = PciConfigSize;
  if (config.length !== CONVENTIONAL && config.length !== EXPRESS) {
    throw new RangeError(`${name}: configuration space has 256 or 4096 bytes`);
  }
  const used = new Set<number>();
  for (const bar of bars) {
    const indices = bar.wide ? [bar.index, bar.index + 1] : [bar.index];
    for (const index of indices) {
      if (!isBarIndex(index) || used.has(index)) {
        throw new RangeError(`${name}: BAR ${index} is taken, or there is none`);
      }
      used.add(index);
    }
    if (!isBarSize(bar)) throw new RangeError(`${name}: BAR ${bar.index} cannot be so large`);
  }
}

function isBarIndex(index: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < 6;
}

/** A power of two, from the smallest that leaves room for the type bits. */
function isBarSize({ size, space, wide = false }: BarSpec): boolean {
  const least = space === "io" ? 4 : 16;
  const most = space === "io" ? 2 ** 8 : wide ? 2 ** 40 : 2 ** 31;
  return Number.isInteger(Math.log2(size)) && size >= least && size <= most;
}

function withRegisters(spec: FunctionSpec, rows: PciPlug["registers"]): FunctionSpec {
  if (rows === undefined) return spec;
  const config = Uint8Array.from(spec.config);
  for (const [offset, row] of Object.entries(rows)) {
    config.set(configBytes(row.trim().split(/\s+/).length, { 0: row }), Number(offset));
  }
  return { ...spec, config };
}
