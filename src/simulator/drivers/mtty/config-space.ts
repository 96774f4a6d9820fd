import type { Width } from "../../core/file.js";

/** Bytes of configuration space that the driver has. */
export const mttyConfigSize = 0xff;

/** The read-only half of the BAR's low bits: an I/O BAR of 8 bytes. */
const barMask = 0xffff_fff8;

/** Registers that a write changes. All others take no notice. */
const offsets = { bar0: 0x10, bar1: 0x14, bar2: 0x18, bar4: 0x20, interruptLine: 0x3c } as const;

// samples/vfio-mdev/mtty.c: mtty_create_config_space()
const initial: readonly (readonly [offset: number, bytes: readonly number[]])[] = [
  [0x00, [0x48, 0x43, 0x53, 0x32]],
  [0x04, [0x01, 0x00, 0x00, 0x02]],
  [0x08, [0x10, 0x02, 0x00, 0x07]],
  [0x10, [0x01]],
  [0x2c, [0x48, 0x43, 0x53, 0x32]],
  [0x3d, [0x01]],
  [0x40, [0x23, 0x00, 0x00, 0x80]],
  [0x44, [0x23]],
  [0x48, [0x23]],
  [0x4c, [0x23]],
  [0x60, [...new TextEncoder().encode("PCI Serial/UART")]],
];

/** The configuration space of an mtty: bytes, of which a few writes at exact offsets change some. */
export class MttyConfigSpace {
  readonly #bytes = new Uint8Array(mttyConfigSize);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #twoPorts: boolean;
  readonly #undefinedByte: (where: string) => number;

  constructor(ports: number, undefinedByte: (where: string) => number) {
    this.#twoPorts = ports === 2;
    this.#undefinedByte = undefinedByte;
    for (const [offset, bytes] of initial) this.#bytes.set(bytes, offset);
    if (this.#twoPorts) this.#bytes[offsets.bar1] = 0x01;
  }

  /** samples/vfio-mdev/mtty.c: mdev_access(): a copy, also of what is behind the last byte. */
  read(offset: number, width: Width, target: Uint8Array, at: number): void {
    for (let index = 0; index < width; index += 1) {
      const from = offset + index;
      target[at + index] =
        from < mttyConfigSize ? this.#bytes[from]! : this.#undefinedByte("behind config space");
    }
  }

  /** samples/vfio-mdev/mtty.c: handle_pci_cfg_write(). The offset has 16 bits. */
  write(offset: number, width: Width, source: Uint8Array, at: number): void {
    switch (offset) {
      case offsets.interruptLine:
        this.#bytes[offset] = source[at]!;
        break;
      case offsets.bar0:
        this.#writeBar(offset, this.#barValue(width, source, at));
        break;
      case offsets.bar1:
        if (this.#twoPorts) this.#writeBar(offset, this.#barValue(width, source, at));
        else this.#view.setUint32(offset, 0, true);
        break;
      case offsets.bar2:
      case offsets.bar2 + 4:
      case offsets.bar4:
        this.#view.setUint32(offset, 0, true);
        break;
      default: // the driver logs it and does nothing
    }
  }

  #writeBar(offset: number, value: number): void {
    const address = value === 0xffff_ffff ? barMask : value;
    this.#view.setUint32(offset, (address | (this.#bytes[offset]! & 3)) >>> 0, true);
  }

  /** The driver takes four bytes of a smaller write, too: the rest is what is on its stack. */
  #barValue(width: Width, source: Uint8Array, at: number): number {
    let value = 0;
    for (let index = 0; index < 4; index += 1) {
      const byte = index < width ? source[at + index]! : this.#undefinedByte("short BAR write");
      value += byte * 2 ** (8 * index);
    }
    return value;
  }
}
