import type { Width } from "../core/file.js";
import { littleEndian, storeLittleEndian } from "./bytes.js";

/** Called after a write has changed the registers: where, and how many bytes. */
export type ConfigWritten = (offset: number, width: number) => void;

/**
 * A function's configuration space as the hardware has it: bytes, which of their bits can be
 * written, and which are cleared by writing ones. What vfio-pci shows its users stands before it.
 */
export class ConfigSpace {
  readonly bytes: Uint8Array;
  /** Bits that a write changes. */
  readonly writable: Uint8Array;
  /** Bits that writing 1 clears. */
  readonly clearable: Uint8Array;
  #vanished = false;
  readonly #faults: { readonly lost: boolean };
  /** The device's reaction to a write. */
  written: ConfigWritten | undefined;

  /** `faults.lost` takes the function off the bus as long as it is set. */
  constructor(initial: Uint8Array, faults: { readonly lost: boolean } = { lost: false }) {
    this.#faults = faults;
    this.bytes = Uint8Array.from(initial);
    this.writable = new Uint8Array(initial.length);
    this.clearable = new Uint8Array(initial.length);
  }

  /** False while nobody answers: ones are read, and writes are lost. */
  get present(): boolean {
    return !this.#vanished && !this.#faults.lost;
  }

  /** Nobody answers any more. */
  vanish(): void {
    this.#vanished = true;
  }

  get size(): number {
    return this.bytes.length;
  }

  /** A configuration read cycle. Past the end there is nobody: ones. */
  read(offset: number, width: Width): number {
    if (!this.present || offset + width > this.bytes.length) return 2 ** (8 * width) - 1;
    return littleEndian(this.bytes, offset, width);
  }

  /** Bytes as they are read, one by one or together. */
  copy(offset: number, length: number): Uint8Array {
    const bytes = this.bytes.slice(offset, offset + length);
    return this.present ? bytes : bytes.fill(0xff);
  }

  /** A configuration write cycle. */
  write(offset: number, width: Width, value: number): void {
    if (!this.present) return;
    let rest = value;
    for (let at = offset; at < offset + width && at < this.bytes.length; at++) {
      const byte = rest & 0xff;
      const mask = this.writable[at]!;
      const kept = this.bytes[at]! & ~mask & ~(byte & this.clearable[at]!);
      this.bytes[at] = kept | (byte & mask);
      rest >>>= 8;
    }
    this.written?.(offset, width);
  }

  read8(offset: number): number {
    return this.read(offset, 1);
  }

  read16(offset: number): number {
    return this.read(offset, 2);
  }

  read32(offset: number): number {
    return this.read(offset, 4);
  }

  /** The device's own change of a register: no masks, no reaction. */
  poke(offset: number, width: Width, value: number): void {
    storeLittleEndian(this.bytes, offset, width, value);
  }

  /** Makes bits of a register writable. */
  allow(offset: number, width: Width, mask: number): void {
    storeLittleEndian(this.writable, offset, width, mask);
  }
}
