import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import type { Fd, Kernel } from "../kernel.js";
import { viewOf } from "../uapi/codec.js";

/** Where single accesses pass through; nothing here runs twice at a time. */
const scratch = new Uint8Array(8);
const view = viewOf(scratch);
const bytes1 = scratch.subarray(0, 1);
const bytes2 = scratch.subarray(0, 2);
const bytes4 = scratch.subarray(0, 4);
const bytes8 = scratch.subarray(0, 8);

/**
 * A region through the device's file: pread(2) and pwrite(2), one call for each access. Offsets are
 * in bytes from the region's start and already checked.
 */
export class RegionFile {
  readonly #kernel: Kernel;
  readonly #fd: Fd;
  readonly #base: number;

  constructor(kernel: Kernel, fd: Fd, base: number) {
    this.#kernel = kernel;
    this.#fd = fd;
    this.#base = base;
  }

  read8(offset: number): number {
    this.readBytes(offset, bytes1);
    return scratch[0] as number;
  }

  read16(offset: number): number {
    this.readBytes(offset, bytes2);
    return view.getUint16(0, true);
  }

  read32(offset: number): number {
    this.readBytes(offset, bytes4);
    return view.getUint32(0, true);
  }

  read64(offset: number): bigint {
    this.readBytes(offset, bytes8);
    return view.getBigUint64(0, true);
  }

  write8(offset: number, value: number): void {
    scratch[0] = value;
    this.writeBytes(offset, bytes1);
  }

  write16(offset: number, value: number): void {
    view.setUint16(0, value, true);
    this.writeBytes(offset, bytes2);
  }

  write32(offset: number, value: number): void {
    view.setUint32(0, value, true);
    this.writeBytes(offset, bytes4);
  }

  write64(offset: number, value: bigint): void {
    view.setBigUint64(0, value, true);
    this.writeBytes(offset, bytes8);
  }

  /** Fills the target; the kernel may give it in pieces. */
  readBytes(offset: number, target: Uint8Array): void {
    const at = this.#base + offset;
    let done = this.#kernel.pread(this.#fd, target, at);
    while (done < target.length) {
      const more = this.#kernel.pread(this.#fd, target.subarray(done), at + done);
      if (more === 0) throw cutShort("pread");
      done += more;
    }
  }

  /** Writes all of the source. */
  writeBytes(offset: number, source: Uint8Array): void {
    const at = this.#base + offset;
    let done = this.#kernel.pwrite(this.#fd, source, at);
    while (done < source.length) {
      const more = this.#kernel.pwrite(this.#fd, source.subarray(done), at + done);
      if (more === 0) throw cutShort("pwrite");
      done += more;
    }
  }
}

function cutShort(syscall: string): VfioError {
  const hint = "The device took part of the bytes and then no more.";
  return new VfioError({ errno: Errno.EIO, syscall, hint });
}
