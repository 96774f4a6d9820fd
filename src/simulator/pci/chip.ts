import type { SimulatedClock } from "../clock.js";
import type { Width } from "../core/file.js";
import type { Hazards } from "../machine.js";

/** A base address register as the device's designer chose it. */
export interface BarSpec {
  readonly index: number;
  /** Bytes, a power of two. */
  readonly size: number;
  readonly space: "memory" | "io";
  readonly wide?: boolean;
  readonly prefetchable?: boolean;
}

/** What a PCI function is made of. */
export interface FunctionSpec {
  /** Its configuration space after power-on: 256 bytes, or 4096 with PCI Express. */
  readonly config: Uint8Array;
  readonly bars: readonly BarSpec[];
  /** Contents of the option ROM, where it has one; padded to a power of two. */
  readonly rom?: Uint8Array;
  /** Vital product data, where it has the capability. */
  readonly vpd?: Uint8Array;
  /** Of a function with SR-IOV: what its virtual functions are made of. */
  readonly virtualFunction?: (index: number) => FunctionSpec;
  /** Makes what is behind the registers. */
  readonly chip: (bus: ChipBus) => PciChip;
}

/**
 * The device itself: registers by BAR and offset, poked by bus cycles. It knows no kernel. Offsets
 * are inside the BAR and values are unsigned.
 */
export interface PciChip {
  read(bar: number, offset: number, width: Width): number;
  write(bar: number, offset: number, width: Width, value: number): void;
  read64(bar: number, offset: number): bigint;
  write64(bar: number, offset: number, value: bigint): void;
  /** A function level or bus reset reached it. */
  reset?(): void;
  /** Its configuration registers were written. */
  configWritten?(offset: number, width: number): void;
}

/** What a chip can do to the world: its pins and its bus mastering. */
export interface ChipBus {
  readonly clock: SimulatedClock;
  readonly hazards: Hazards;
  /** Reads memory by bus address; zeros where nothing answers or bus mastering is off. */
  dmaRead(address: number, target: Uint8Array): void;
  dmaWrite(address: number, source: Uint8Array): void;
  /** The INTA# pin. */
  setIntx(asserted: boolean): void;
  /** Message signalled interrupts of one kind are switched on. */
  readonly msiEnabled: boolean;
  readonly msixEnabled: boolean;
  /** Sends the message of a vector, if messages are enabled and it is not masked. */
  sendMsi(vector: number): void;
  sendMsix(vector: number): void;
}

/** A chip without registers: bridges, and what nobody looks into. Reads ones, swallows writes. */
export const silentChip: PciChip = {
  read: (_bar, _offset, width) => 2 ** (8 * width) - 1,
  write: () => {},
  read64: () => 0xffff_ffff_ffff_ffffn,
  write64: () => {},
};
