import type { Width } from "../core/file.js";

/** Bytes of configuration space that the sample drivers have: one less than a whole one. */
export const configSize = 0xff;

/** A driver's configuration space as plain bytes, and what the samples do alike with it. */
export class ConfigBytes {
  readonly bytes = new Uint8Array(configSize);
  readonly #view = new DataView(this.bytes.buffer);

  /** `undefinedByte` tells what stands where the real driver reads what it never wrote. */
  constructor(readonly undefinedByte: (where: string) => number) {}

  /** A copy, also of what is behind the last byte. */
  read(offset: number, width: Width, target: Uint8Array, at: number): void {
    for (let index = 0; index < width; index += 1) {
      const from = offset + index;
      target[at + index] =
        from < configSize ? this.bytes[from]! : this.undefinedByte("behind config space");
    }
  }

  setWord(offset: number, value: number): void {
    this.#view.setUint32(offset, value, true);
  }

  /** Stores a base address; the low bits that tell the BAR's kind (`kindBits`) stay. */
  setBar(offset: number, address: number, kindBits: number): void {
    const kind = this.bytes[offset]! & kindBits;
    this.setWord(offset, (address | kind) >>> 0);
  }

  /** The drivers take four bytes of a smaller write, too: the rest is what is on their stack. */
  wordOf(width: Width, source: Uint8Array, at: number): number {
    let value = 0;
    for (let index = 0; index < 4; index += 1) {
      const byte = index < width ? source[at + index]! : this.undefinedByte("short BAR write");
      value += byte * 2 ** (8 * index);
    }
    return value;
  }
}

/** Bits of a memory BAR that tell its kind, not its address. */
const memoryKindBits = 0x0f;

/** A write to a memory BAR as mdpy and mbochs take it: all ones ask for the mask of its size. */
export function setMemoryBar(
  config: ConfigBytes,
  offset: number,
  { value, mask }: { value: number; mask: number },
): void {
  const address = value === 0xffff_ffff ? mask : value & ~memoryKindBits;
  config.setBar(offset, address, memoryKindBits);
}
