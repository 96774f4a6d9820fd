import type { Width } from "../../core/file.js";
import { ConfigBytes, setMemoryBar } from "../../mdev/config-bytes.js";
import { type MdpyDisplay, xrgb8888 } from "./display.js";
import { mdpyRegisters } from "./registers.js";

const bar0 = 0x10;
// samples/vfio-mdev/mdpy.c: mdpy_create_config_space()
const initial: readonly (readonly [offset: number, bytes: readonly number[]])[] = [
  [0x00, [0x36, 0x1b, 0x0f, 0x00]],
  [0x04, [0x03, 0x00, 0x10, 0x00]],
  [0x08, [0x01, 0x00, 0x80, 0x03]],
  [bar0, [0x08]],
  [0x2c, [0xf4, 0x1a, 0x00, 0x11]],
  [0x34, [0x40]],
  [0x40, [0x09, 0x00, 0x10, 0x00]],
];

/** The configuration space of an mdpy: only BAR 0 can be written, and only in whole. */
export class MdpyConfigSpace extends ConfigBytes {
  readonly #barMask: number;

  constructor(display: MdpyDisplay, undefinedByte: (where: string) => number) {
    super(undefinedByte);
    this.#barMask = -display.memory.length >>> 0;
    for (const [offset, bytes] of initial) this.bytes.set(bytes, offset);
    this.setWord(mdpyRegisters.format.offset, xrgb8888);
    this.setWord(mdpyRegisters.width.offset, display.width);
    this.setWord(mdpyRegisters.height.offset, display.height);
  }

  // samples/vfio-mdev/mdpy.c: handle_pci_cfg_write()
  write(offset: number, width: Width, source: Uint8Array, at: number): void {
    if (offset !== bar0) return;
    setMemoryBar(this, offset, { value: this.wordOf(width, source, at), mask: this.#barMask });
  }
}
