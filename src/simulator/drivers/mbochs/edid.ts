import type { Width } from "../../core/file.js";
import { mbochsEdidRegisters as registers } from "./registers.js";

/** Bytes of the region; the blob starts in its middle. */
export const edidRegionSize = 0x1000;
const blobOffset = edidRegionSize / 2;
const blobSize = 0x400;
const registersSize = 24;
const linkUp = 1;

/**
 * The monitor of samples/vfio-mdev/mbochs.c: whoever shows the display writes an EDID and plugs the
 * monitor in through a region; the guest reads the EDID from BAR 2.
 */
export class Edid {
  readonly #registers = new DataView(new ArrayBuffer(registersSize));
  readonly #blob = new Uint8Array(blobSize);

  constructor(
    { width, height }: { width: number; height: number },
    readonly undefinedByte: (where: string) => number,
  ) {
    this.#set(registers.edidOffset.offset, blobOffset);
    this.#set(registers.edidMaximum.offset, blobSize);
    this.#set(registers.maximumWidth.offset, width);
    this.#set(registers.maximumHeight.offset, height);
  }

  /** samples/vfio-mdev/mbochs.c: handle_mmio_read(): what the guest sees of the blob, or zeros. */
  readMmio(offset: number, width: Width, target: Uint8Array, at: number): void {
    const plugged = this.#get(registers.linkState.offset) === linkUp;
    const visible = plugged && offset < this.#get(registers.edidSize.offset);
    for (let n = 0; n < width; n += 1) target[at + n] = visible ? this.#blob[offset + n]! : 0;
  }

  // samples/vfio-mdev/mbochs.c: handle_edid_regs(), handle_edid_blob()
  readRegion(offset: number, width: Width, target: Uint8Array, at: number): void {
    const inBlob = offset - blobOffset;
    const answered =
      inBlob < 0 ? width === 4 && offset + width <= registersSize : inBlob + width <= blobSize;
    for (let n = 0; n < width; n += 1) {
      if (!answered) target[at + n] = this.undefinedByte("EDID region");
      else if (inBlob < 0) target[at + n] = this.#registers.getUint8(offset + n);
      else target[at + n] = this.#blob[inBlob + n]!;
    }
  }

  // samples/vfio-mdev/mbochs.c: handle_edid_regs(), handle_edid_blob()
  writeRegion(offset: number, width: Width, source: Uint8Array, at: number): void {
    const inBlob = offset - blobOffset;
    if (inBlob >= 0) {
      if (inBlob + width > blobSize) return;
      for (let n = 0; n < width; n += 1) this.#blob[inBlob + n] = source[at + n]!;
      return;
    }
    const writable = offset === registers.edidSize.offset || offset === registers.linkState.offset;
    if (width !== 4 || !writable) return;
    for (let n = 0; n < 4; n += 1) this.#registers.setUint8(offset + n, source[at + n]!);
  }

  #get(offset: number): number {
    return this.#registers.getUint32(offset, true);
  }

  #set(offset: number, value: number): void {
    this.#registers.setUint32(offset, value, true);
  }
}
