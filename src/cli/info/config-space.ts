import { viewOf } from "../../uapi/codec.js";
import { type CapabilityReport, capabilityList, extendedCapabilityList } from "./capability.js";

/** A register with named bits: its value, and the names of those that are on. */
export interface BitsReport {
  readonly value: number;
  readonly set: readonly string[];
}

/** A base address register that is implemented. */
export interface BarReport {
  readonly index: number;
  readonly space: "memory" | "io";
  readonly bits: 32 | 64;
  readonly prefetchable: boolean;
  readonly address: bigint;
}

/** A configuration space in words: PCI Local Bus Specification 3.0, chapter 6. */
export interface ConfigReport {
  readonly vendor: number;
  readonly device: number;
  readonly command: BitsReport;
  readonly status: BitsReport;
  readonly revision: number;
  /** 24 bits. */
  readonly class: number;
  readonly headerType: number;
  readonly bars: readonly BarReport[];
  readonly subsystemVendor: number;
  readonly subsystemDevice: number;
  readonly interruptLine: number;
  /** `A` to `D`; undefined without a pin. */
  readonly interruptPin: string | undefined;
  readonly capabilities: readonly CapabilityReport[];
  readonly extendedCapabilities: readonly CapabilityReport[];
}

const commandBits: Readonly<Record<number, string>> = {
  0: "I/O",
  1: "memory",
  2: "bus master",
  6: "parity",
  8: "SERR",
  10: "INTx off",
};

const statusBits: Readonly<Record<number, string>> = {
  3: "INTx asserted",
  4: "capabilities",
  5: "66 MHz",
  7: "fast back-to-back",
  8: "master parity error",
  11: "target abort signaled",
  12: "target abort received",
  13: "master abort received",
  14: "SERR signaled",
  15: "parity error",
};

const CAPABILITY_LIST = 1 << 4;

/** Decodes what was read of a configuration space; what is missing reads as zero. */
export function configReport(bytes: Uint8Array): ConfigReport {
  const whole = new Uint8Array(Math.max(bytes.length, 256));
  whole.set(bytes);
  const view = viewOf(whole);
  const status = view.getUint16(6, true);
  const bridge = (view.getUint8(0x0e) & 0x7f) !== 0;
  const pin = view.getUint8(0x3d);
  return {
    vendor: view.getUint16(0, true),
    device: view.getUint16(2, true),
    command: bitsReport(view.getUint16(4, true), commandBits),
    status: bitsReport(status, statusBits),
    revision: view.getUint8(8),
    class: view.getUint32(8, true) >>> 8,
    headerType: view.getUint8(0x0e) & 0x7f,
    bars: bars(view, bridge ? 2 : 6),
    subsystemVendor: bridge ? 0 : view.getUint16(0x2c, true),
    subsystemDevice: bridge ? 0 : view.getUint16(0x2e, true),
    interruptLine: view.getUint8(0x3c),
    interruptPin: pin >= 1 && pin <= 4 ? "ABCD"[pin - 1] : undefined,
    capabilities: status & CAPABILITY_LIST ? capabilityList(view) : [],
    extendedCapabilities: whole.length >= 0x104 ? extendedCapabilityList(view) : [],
  };
}

function bitsReport(value: number, names: Readonly<Record<number, string>>): BitsReport {
  const set = Object.entries(names).filter(([bit]) => value & (1 << Number(bit)));
  return { value, set: set.map(([, name]) => name) };
}

function bars(view: DataView, count: number): BarReport[] {
  const found: BarReport[] = [];
  for (let index = 0; index < count; index++) {
    const low = view.getUint32(0x10 + 4 * index, true);
    if (low === 0) continue;
    if (low & 1) {
      const address = BigInt((low & ~3) >>> 0);
      found.push({ index, space: "io", bits: 32, prefetchable: false, address });
      continue;
    }
    const wide = ((low >> 1) & 3) === 2 && index + 1 < count;
    const high = wide ? view.getUint32(0x14 + 4 * index, true) : 0;
    found.push({
      index,
      space: "memory",
      bits: wide ? 64 : 32,
      prefetchable: (low & 8) !== 0,
      address: (BigInt(high) << 32n) | BigInt((low & ~0xf) >>> 0),
    });
    if (wide) index += 1;
  }
  return found;
}
