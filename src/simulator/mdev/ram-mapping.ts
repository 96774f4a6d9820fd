import { viewOf } from "../../uapi/codec.js";
import type { MappedMemory, Width } from "../core/file.js";

/** Device memory that is RAM, mapped: a framebuffer. */
export class RamMapping implements MappedMemory {
  readonly accessible = true;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = viewOf(bytes);
  }

  read(offset: number, width: Width): number {
    if (width === 4) return this.#view.getUint32(offset, true);
    return width === 2 ? this.#view.getUint16(offset, true) : this.#view.getUint8(offset);
  }

  write(offset: number, width: Width, value: number): void {
    if (width === 4) this.#view.setUint32(offset, value, true);
    else if (width === 2) this.#view.setUint16(offset, value, true);
    else this.#view.setUint8(offset, value);
  }

  read64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  write64(offset: number, value: bigint): void {
    this.#view.setBigUint64(offset, value, true);
  }
}
