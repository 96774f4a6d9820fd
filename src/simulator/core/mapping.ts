import { Errno } from "../../errno.js";
import { VfioError } from "../../errors.js";
import type { Mapping } from "../../kernel.js";
import { viewOf } from "../../uapi/codec.js";
import type { AddressSpace } from "./address-space.js";
import type { MappedMemory, OpenFile, Width } from "./file.js";
import type { MemoryArea } from "./memory-area.js";

/** One more than the highest value, by width in bytes. */
const LIMITS = { 1: 2 ** 8, 2: 2 ** 16, 4: 2 ** 32 } as const;

/** What stands behind a mapping: file, memory, and its place in the process. */
export interface MappingParts {
  readonly file: OpenFile;
  readonly memory: MappedMemory;
  readonly area: MemoryArea;
  readonly space: AddressSpace;
  /** Called once when it is closed. */
  readonly closed: () => void;
  /** The device's model has thrown: noted, or thrown on. */
  readonly failed: (error: unknown) => void;
}

/**
 * A mapping of simulated device memory: one class for registers and RAM. It holds its file, so the
 * device stays busy while it is open.
 */
export class SimulatedMapping implements Mapping {
  readonly length: number;
  readonly address: bigint;
  readonly #parts: MappingParts;
  readonly #memory: MappedMemory;
  /** The bytes where it is RAM. */
  readonly #ram: DataView | undefined;
  #closed = false;

  constructor(length: number, parts: MappingParts) {
    this.length = length;
    this.address = BigInt(parts.area.start);
    this.#parts = parts;
    this.#memory = parts.memory;
    const { bytes } = parts.memory;
    this.#ram = bytes === undefined ? undefined : viewOf(bytes);
  }

  get closed(): boolean {
    return this.#closed;
  }

  read8(offset: number): number {
    this.#check(offset, 1);
    return this.#ram === undefined ? this.#load(offset, 1) : this.#ram.getUint8(offset);
  }

  read16(offset: number): number {
    this.#check(offset, 2);
    return this.#ram === undefined ? this.#load(offset, 2) : this.#ram.getUint16(offset, true);
  }

  read32(offset: number): number {
    this.#check(offset, 4);
    return this.#ram === undefined
      ? this.#load(offset, 4) >>> 0
      : this.#ram.getUint32(offset, true);
  }

  read64(offset: number): bigint {
    this.#check(offset, 8);
    if (this.#ram !== undefined) return this.#ram.getBigUint64(offset, true);
    try {
      return this.#memory.read64(offset);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  write8(offset: number, value: number): void {
    this.#store(offset, 1, value);
  }

  write16(offset: number, value: number): void {
    this.#store(offset, 2, value);
  }

  write32(offset: number, value: number): void {
    this.#store(offset, 4, value);
  }

  write64(offset: number, value: bigint): void {
    this.#check(offset, 8);
    if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) throw badValue(value, 8);
    if (this.#ram !== undefined) {
      this.#ram.setBigUint64(offset, value, true);
      return;
    }
    try {
      this.#memory.write64(offset, value);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  readBytes(offset: number, target: Uint8Array): void {
    this.#checkRange(offset, target.length);
    const { bytes } = this.#memory;
    if (bytes !== undefined) {
      target.set(bytes.subarray(offset, offset + target.length));
      return;
    }
    const view = viewOf(target);
    eachChunk(offset, target.length, (at, width) => {
      if (width === 8) view.setBigUint64(at - offset, this.read64(at), true);
      else if (width === 4) view.setUint32(at - offset, this.read32(at), true);
      else if (width === 2) view.setUint16(at - offset, this.read16(at), true);
      else view.setUint8(at - offset, this.read8(at));
    });
  }

  writeBytes(offset: number, source: Uint8Array): void {
    this.#checkRange(offset, source.length);
    const { bytes } = this.#memory;
    if (bytes !== undefined) {
      bytes.set(source, offset);
      return;
    }
    const view = viewOf(source);
    eachChunk(offset, source.length, (at, width) => {
      if (width === 8) this.write64(at, view.getBigUint64(at - offset, true));
      else if (width === 4) this.write32(at, view.getUint32(at - offset, true));
      else if (width === 2) this.write16(at, view.getUint16(at - offset, true));
      else this.write8(at, view.getUint8(at - offset));
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { space, area, file, closed } = this.#parts;
    space.unmap(area);
    closed();
    file.drop();
  }

  #store(offset: number, width: Width, value: number): void {
    this.#check(offset, width);
    if (!(value >= 0 && value < LIMITS[width] && value % 1 === 0)) throw badValue(value, width);
    if (this.#ram === undefined) this.#write(offset, width, value);
    else if (width === 4) this.#ram.setUint32(offset, value, true);
    else if (width === 2) this.#ram.setUint16(offset, value, true);
    else this.#ram.setUint8(offset, value);
  }

  #load(offset: number, width: Width): number {
    try {
      return this.#memory.read(offset, width);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #write(offset: number, width: Width, value: number): void {
    try {
      this.#memory.write(offset, width, value);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** A broken model is answered as a broken device. */
  #failed(error: unknown): VfioError {
    this.#parts.failed(error);
    return busError();
  }

  #check(offset: number, width: number): void {
    if (typeof offset !== "number") throw new TypeError("offset must be a number");
    // A fraction, NaN or a negative number fails one of these too.
    if (!(offset >= 0 && offset + width <= this.length) || offset % width !== 0) {
      throw this.#misplaced(offset, width);
    }
    if (this.#closed) throw new Error("the mapping is closed");
    if (!this.#memory.accessible) throw busError();
  }

  #checkRange(offset: number, length: number): void {
    if (typeof offset !== "number") throw new TypeError("offset must be a number");
    if (!Number.isInteger(offset) || offset < 0 || offset + length > this.length) {
      throw new RangeError(`${length} bytes at ${offset} are outside of ${this.length}`);
    }
    if (this.#closed) throw new Error("the mapping is closed");
    if (length > 0 && !this.#memory.accessible) throw busError();
  }

  #misplaced(offset: number, width: number): RangeError {
    return offset % width === 0
      ? new RangeError(`${width} bytes at ${offset} are outside of ${this.length}`)
      : new RangeError(`offset ${offset} is not a multiple of ${width}`);
  }
}

/** What a C program would die of: the kernel answers such an access with SIGBUS. */
function busError(): VfioError {
  return new VfioError({ errno: Errno.EIO, syscall: "mapping" });
}

/** Cuts a range into naturally aligned accesses of at most 8 bytes. */
function eachChunk(
  offset: number,
  length: number,
  run: (at: number, width: 1 | 2 | 4 | 8) => void,
): void {
  const end = offset + length;
  for (let at = offset; at < end; ) {
    const width = ([8, 4, 2] as const).find((size) => at % size === 0 && at + size <= end) ?? 1;
    run(at, width);
    at += width;
  }
}

function badValue(value: unknown, width: Width | 8): Error {
  const wanted = width === 8 ? "bigint" : "number";
  if (typeof value !== wanted) return new TypeError(`value must be a ${wanted}`);
  const bits = 8 * width;
  return new RangeError(`value must be an unsigned integer of ${bits} bits, not ${String(value)}`);
}
