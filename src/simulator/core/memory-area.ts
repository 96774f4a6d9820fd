import { Protection } from "../../kernel.js";
import type { PinnedSpan } from "./client.js";
import type { MappedMemory } from "./file.js";
import { PAGE_SIZE } from "./page.js";

/** What an area of memory is made of. */
export interface AreaBacking {
  /** RAM; undefined for device registers. */
  readonly bytes: Uint8Array | undefined;
  /** Device memory behind a mapping. */
  readonly device: MappedMemory | undefined;
}

/** struct vm_area_struct: whole pages of one client's memory that lie together. */
export class MemoryArea {
  readonly end: number;
  /** DMA mappings and pinned spans that need the memory to stay. */
  uses = 0;
  /** The client has freed it; it goes when the last use ends. */
  freed = false;

  constructor(
    readonly start: number,
    readonly length: number,
    readonly protection: number,
    readonly backing: AreaBacking,
    /** Host-physical number of its first page. */
    readonly frame: number,
  ) {
    this.end = start + length;
  }

  get readable(): boolean {
    return (this.protection & Protection.read) !== 0;
  }

  get writable(): boolean {
    return (this.protection & Protection.write) !== 0;
  }

  /** Copies out; false where the access would be a fault. */
  read(offset: number, target: Uint8Array): boolean {
    const { bytes, device } = this.backing;
    if (bytes !== undefined) target.set(bytes.subarray(offset, offset + target.length));
    else if (device?.accessible) readDevice(device, offset, target);
    else return false;
    return true;
  }

  /** Copies in; false where the access would be a fault. */
  write(offset: number, source: Uint8Array): boolean {
    const { bytes, device } = this.backing;
    if (bytes !== undefined) bytes.set(source, offset);
    else if (device?.accessible) writeDevice(device, offset, source);
    else return false;
    return true;
  }

  /** Holds whole pages from an offset on. */
  pin(offset: number, pages: number, released: () => void): PinnedSpan {
    this.uses += 1;
    const { bytes } = this.backing;
    return {
      frame: this.frame + offset / PAGE_SIZE,
      pages,
      bytes: bytes?.subarray(offset, offset + pages * PAGE_SIZE),
      read: (at, target) => void this.read(offset + at, target),
      write: (at, source) => void this.write(offset + at, source),
      release: released,
    };
  }
}

function readDevice(device: MappedMemory, offset: number, target: Uint8Array): void {
  let at = 0;
  while (at < target.length) {
    if (wide(offset + at, target.length - at)) {
      const word = device.read(offset + at, 4);
      target[at] = word;
      target[at + 1] = word >>> 8;
      target[at + 2] = word >>> 16;
      target[at + 3] = word >>> 24;
      at += 4;
    } else {
      target[at] = device.read(offset + at, 1);
      at += 1;
    }
  }
}

function writeDevice(device: MappedMemory, offset: number, source: Uint8Array): void {
  const view = new DataView(source.buffer, source.byteOffset, source.length);
  let at = 0;
  while (at < source.length) {
    if (wide(offset + at, source.length - at)) {
      device.write(offset + at, 4, view.getUint32(at, true));
      at += 4;
    } else {
      device.write(offset + at, 1, view.getUint8(at));
      at += 1;
    }
  }
}

function wide(offset: number, left: number): boolean {
  return left >= 4 && offset % 4 === 0;
}
