import type { Width } from "../../core/file.js";
import { ConfigBytes, setMemoryBar } from "../../mdev/config-bytes.js";

const bar0 = 0x10;
const bar2 = 0x18;
/** BAR 2 has a page of registers. */
const mmioMask = 0xffff_f000;

// samples/vfio-mdev/mbochs.c: mbochs_create_config_space()
const initial: readonly (readonly [offset: number, bytes: readonly number[]])[] = [
  [0x00, [0x34, 0x12, 0x11, 0x11]],
  [0x04, [0x03]],
  [0x08, [0x01, 0x00, 0x80, 0x03]],
  [bar0, [0x08]],
  [0x2c, [0xf4, 0x1a, 0x00, 0x11]],
];

/** The configuration space of an mbochs: only BAR 0 and BAR 2 can be written, and only in whole. */
export class MbochsConfigSpace extends ConfigBytes {
  readonly #memoryMask: number;

  constructor(memorySize: number, undefinedByte: (where: string) => number) {
    super(undefinedByte);
    this.#memoryMask = -memorySize >>> 0;
    for (const [offset, bytes] of initial) this.bytes.set(bytes, offset);
  }

  // samples/vfio-mdev/mbochs.c: handle_pci_cfg_write()
  write(offset: number, width: Width, source: Uint8Array, at: number): void {
    if (offset !== bar0 && offset !== bar2) return;
    const mask = offset === bar0 ? this.#memoryMask : mmioMask;
    setMemoryBar(this, offset, { value: this.wordOf(width, source, at), mask });
  }
}
