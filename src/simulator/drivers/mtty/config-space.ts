import type { Width } from "../../core/file.js";
import { ConfigBytes } from "../../mdev/config-bytes.js";

/** An I/O BAR of 8 bytes: what all ones read back as, and the bits that tell that it is one. */
const barMask = 0xffff_fff8;
const barKindBits = 3;

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

/**
 * The configuration space of an mtty: bytes, of which a few writes at exact offsets change some.
 */
export class MttyConfigSpace {
  readonly #config: ConfigBytes;
  readonly #twoPorts: boolean;

  constructor(ports: number, undefinedByte: (where: string) => number) {
    this.#config = new ConfigBytes(undefinedByte);
    this.#twoPorts = ports === 2;
    for (const [offset, bytes] of initial) this.#config.bytes.set(bytes, offset);
    if (this.#twoPorts) this.#config.bytes[offsets.bar1] = 0x01;
  }

  // samples/vfio-mdev/mtty.c: mdev_access()
  read(offset: number, width: Width, target: Uint8Array, at: number): void {
    this.#config.read(offset, width, target, at);
  }

  /** samples/vfio-mdev/mtty.c: handle_pci_cfg_write(). The offset has 16 bits. */
  write(offset: number, width: Width, source: Uint8Array, at: number): void {
    switch (offset) {
      case offsets.interruptLine:
        this.#config.bytes[offset] = source[at]!;
        break;
      case offsets.bar0:
        this.#setBar(offset, this.#config.wordOf(width, source, at));
        break;
      case offsets.bar1:
        if (this.#twoPorts) this.#setBar(offset, this.#config.wordOf(width, source, at));
        else this.#config.setWord(offset, 0);
        break;
      case offsets.bar2:
      case offsets.bar2 + 4:
      case offsets.bar4:
        this.#config.setWord(offset, 0);
        break;
      default: // the driver logs it and does nothing
    }
  }

  #setBar(offset: number, value: number): void {
    this.#config.setBar(offset, value === 0xffff_ffff ? barMask : value, barKindBits);
  }
}
