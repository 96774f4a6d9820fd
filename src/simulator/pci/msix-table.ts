import { PciMsix } from "../../uapi/pci-regs.js";
import type { Width } from "../core/file.js";
import { littleEndian, storeLittleEndian } from "./bytes.js";
import type { PciDevice } from "./device.js";
import { messageAddress } from "./interrupt-remapping.js";

/**
 * The MSI-X capability with its table and pending bits, which live in a BAR, in front of what the
 * chip has there.
 */
export class MsixTable {
  /** Which BAR has the table, and where; the same for the pending bit array. */
  readonly bar: number;
  readonly tableOffset: number;
  readonly pendingBar: number;
  readonly pendingOffset: number;
  readonly #device: PciDevice;
  readonly #table: Uint8Array;
  readonly #pending: Uint8Array;
  /** Entries of the interrupt remapping table by vector. */
  readonly #handles = new Map<number, number>();

  constructor(
    device: PciDevice,
    readonly offset: number,
  ) {
    const { config } = device;
    const table = config.read32(offset + PciMsix.TABLE);
    const pending = config.read32(offset + PciMsix.PBA);
    this.#device = device;
    this.bar = table & PciMsix.BIR_MASK;
    this.tableOffset = (table & PciMsix.OFFSET_MASK) >>> 0;
    this.pendingBar = pending & PciMsix.BIR_MASK;
    this.pendingOffset = (pending & PciMsix.OFFSET_MASK) >>> 0;
    const size = this.size;
    this.#table = new Uint8Array(size * PciMsix.ENTRY_SIZE);
    this.#pending = new Uint8Array(Math.ceil(size / 64) * 8);
    this.reset();
  }

  /** Vectors, as the control word tells at this moment. */
  get size(): number {
    return (this.flags & PciMsix.FLAGS_QSIZE) + 1;
  }

  /** Bytes of the table. */
  get length(): number {
    return this.#table.length;
  }

  get flags(): number {
    return this.#device.config.read16(this.offset + PciMsix.FLAGS);
  }

  get enabled(): boolean {
    return (this.flags & PciMsix.FLAGS_ENABLE) !== 0;
  }

  /** Whether the message of a vector goes out; else it waits as a pending bit. */
  fires(vector: number): boolean {
    if (vector >= this.size || !this.enabled) return false;
    const masked = (this.flags & PciMsix.FLAGS_MASKALL) !== 0 || this.masked(vector);
    if (masked) this.#pending[vector >> 3]! |= 1 << (vector & 7);
    return !masked;
  }

  masked(vector: number): boolean {
    return (this.#table[this.#control(vector)]! & PciMsix.ENTRY_CTRL_MASKBIT) !== 0;
  }

  /** Masks or unmasks a vector; what was pending goes out. */
  mask(vector: number, masked: boolean): void {
    const at = this.#control(vector);
    const bit = PciMsix.ENTRY_CTRL_MASKBIT;
    this.#table[at] = masked ? this.#table[at]! | bit : this.#table[at]! & ~bit;
    if (!masked) this.#deliverPending(vector);
  }

  /**
   * pci_alloc_irq_vectors(): enabled, every vector masked until somebody wants it, and so many with
   * a message.
   */
  enable(vectors: number): void {
    for (let vector = 0; vector < this.size; vector++) this.mask(vector, true);
    for (let vector = 0; vector < vectors; vector++) this.program(vector);
    this.writeFlags((this.flags & ~PciMsix.FLAGS_MASKALL) | PciMsix.FLAGS_ENABLE);
  }

  disable(): void {
    this.writeFlags(this.flags & ~(PciMsix.FLAGS_ENABLE | PciMsix.FLAGS_MASKALL));
    for (const handle of this.#handles.values()) this.#device.remapping.free(handle);
    this.#handles.clear();
    this.reset();
  }

  /** Gives a vector a message, unless it has one. */
  program(vector: number): void {
    if (this.#handles.has(vector)) return;
    const handle = this.#device.remapping.allocate(1);
    this.#handles.set(vector, handle);
    storeLittleEndian(this.#table, vector * PciMsix.ENTRY_SIZE, 4, messageAddress(handle));
  }

  writeFlags(flags: number): void {
    this.#device.config.write(this.offset + PciMsix.FLAGS, 2, flags);
  }

  /** Power-on state: every vector masked. */
  reset(): void {
    this.#table.fill(0);
    this.#pending.fill(0);
    for (let vector = 0; vector < this.size; vector++) {
      this.#table[this.#control(vector)] = PciMsix.ENTRY_CTRL_MASKBIT;
    }
  }

  configWritten(offset: number, width: number): void {
    const flags = this.offset + PciMsix.FLAGS;
    if (offset >= flags + 2 || offset + width <= flags || !this.enabled) return;
    if ((this.flags & PciMsix.FLAGS_MASKALL) !== 0) return;
    for (let vector = 0; vector < this.size; vector++) {
      if (!this.masked(vector)) this.#deliverPending(vector);
    }
  }

  /** Whether an access to a BAR is for the table or the pending bits. */
  covers(bar: number, offset: number): boolean {
    if (offset < this.tableOffset && offset < this.pendingOffset) return false;
    return this.#inTable(bar, offset) || this.#inPending(bar, offset);
  }

  /** Registers of 4 bytes; narrower cycles find nothing. */
  read(offset: number, width: Width): number {
    if (width !== 4) return 0;
    return this.#inTable(this.bar, offset)
      ? littleEndian(this.#table, offset - this.tableOffset, 4)
      : littleEndian(this.#pending, offset - this.pendingOffset, 4);
  }

  /** The pending bits cannot be written. */
  write(offset: number, width: Width, value: number): void {
    if (width !== 4 || !this.#inTable(this.bar, offset)) return;
    const at = offset - this.tableOffset;
    storeLittleEndian(this.#table, at, 4, value);
    const vector = Math.floor(at / PciMsix.ENTRY_SIZE);
    if (!this.masked(vector)) this.#deliverPending(vector);
  }

  #inTable(bar: number, offset: number): boolean {
    const at = offset - this.tableOffset;
    return bar === this.bar && at >= 0 && at < this.#table.length;
  }

  #inPending(bar: number, offset: number): boolean {
    const at = offset - this.pendingOffset;
    return bar === this.pendingBar && at >= 0 && at < this.#pending.length;
  }

  #deliverPending(vector: number): void {
    const bit = 1 << (vector & 7);
    if ((this.#pending[vector >> 3]! & bit) === 0 || !this.enabled) return;
    this.#pending[vector >> 3]! &= ~bit;
    this.#device.interrupts.sendMsix(vector);
  }

  #control(vector: number): number {
    return vector * PciMsix.ENTRY_SIZE + PciMsix.ENTRY_VECTOR_CTRL;
  }
}
