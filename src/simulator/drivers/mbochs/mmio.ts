import type { Width } from "../../core/file.js";
import type { Dispi } from "./dispi.js";
import type { Edid } from "./edid.js";

const edidEnd = 0x400;
const dispi = { start: 0x500, end: 0x516 } as const;

/** BAR 2 of an mbochs: EDID and display interface. VGA ports and the rest read 0. */
export class MbochsMmio {
  constructor(
    readonly dispi: Dispi,
    readonly edid: Edid,
  ) {}

  // samples/vfio-mdev/mbochs.c: handle_mmio_read()
  read(offset: number, width: Width, target: Uint8Array, at: number): void {
    if (offset < edidEnd) {
      this.edid.readMmio(offset, width, target, at);
      return;
    }
    const isRegister = width === 2 && offset >= dispi.start && offset < dispi.end;
    const value = isRegister ? this.dispi.read((offset - dispi.start) >> 1) : 0;
    for (let n = 0; n < width; n += 1) target[at + n] = value >> (8 * n);
  }

  // samples/vfio-mdev/mbochs.c: handle_mmio_write()
  write(offset: number, width: Width, source: Uint8Array, at: number): void {
    if (width !== 2 || offset < dispi.start || offset >= dispi.end) return;
    this.dispi.write((offset - dispi.start) >> 1, source[at]! | (source[at + 1]! << 8));
  }
}
