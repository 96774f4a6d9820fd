/**
 * The frame: a small memory that TypeScript and native code share (native/frame.h). Arguments are
 * written into it, a native function without parameters is called, and the answer stands in it.
 *
 * Each field is an array of one element: V8 compiles `frame.status[0]` to a load from a constant
 * address, which it does not for an index that is imported from another module.
 */

/** Bytes of the whole frame; the kernel's structs stand at its end, before a guard page. */
export const FRAME_SIZE = 8512;

/** The most bytes that fit into the frame's data area. */
export const FRAME_DATA = FRAME_SIZE - 64;

/** `length` of an ioctl whose argument is the number in the frame. */
export const NUMBER_ARGUMENT = 0xffff_ffff;

/** Bytes of the longest read or write that travels in the frame; a longer one goes in place. */
export const SHORT_TRANSFER = 256;

/** Up to here a loop is quicker than `TypedArray.set`: bytes. */
const FEW = 8;

/** Views of the frame's end are kept up to this length: making one costs what 16 calls cost. */
const KEPT_VIEWS = 256;

/** The frame's fields; offsets as in native/frame.h. */
export class Frame {
  /** 0, or an errno. */
  readonly status: Uint32Array;
  /** Mapping slot of a register access. */
  readonly slot: Uint32Array;
  /** Byte offset within the slot. */
  readonly offset: Uint32Array;
  /** Value read or to be written: 8, 16, 32 bits. */
  readonly value: Uint32Array;
  /** A 64-bit value; an address; an ioctl's number. */
  readonly wide: BigUint64Array;
  /** The halves of `wide`, the lower one first. */
  readonly halves: Uint32Array;
  /** File offset; an eventfd's count. */
  readonly position: Float64Array;
  readonly fd: Int32Array;
  readonly request: Uint32Array;
  /** Bytes in the data area, or `NUMBER_ARGUMENT`. */
  readonly length: Uint32Array;
  /** What the system call returned. */
  readonly result: Int32Array;
  /** File descriptor that an ioctl opened, or -1. */
  readonly opened: Int32Array;
  readonly bytes: Uint8Array;
  /** Views of the frame's last bytes, by length. */
  readonly #tails: Uint8Array[] = [];

  constructor(buffer: ArrayBuffer) {
    this.status = new Uint32Array(buffer, 0, 1);
    this.slot = new Uint32Array(buffer, 4, 1);
    this.offset = new Uint32Array(buffer, 8, 1);
    this.value = new Uint32Array(buffer, 12, 1);
    this.wide = new BigUint64Array(buffer, 16, 1);
    this.halves = new Uint32Array(buffer, 16, 2);
    this.position = new Float64Array(buffer, 24, 1);
    this.fd = new Int32Array(buffer, 32, 1);
    this.request = new Uint32Array(buffer, 36, 1);
    this.length = new Uint32Array(buffer, 40, 1);
    this.result = new Int32Array(buffer, 44, 1);
    this.opened = new Int32Array(buffer, 48, 1);
    this.bytes = new Uint8Array(buffer);
  }

  /** Puts bytes (at most `FRAME_DATA`) at the end of the frame. */
  put(source: Uint8Array): void {
    const { bytes } = this;
    const length = source.length;
    const start = FRAME_SIZE - length;
    if (length > FEW) {
      bytes.set(source, start);
      return;
    }
    for (let i = 0; i < length; i++) bytes[start + i] = source[i]!;
  }

  /** Takes the first `count` of `length` bytes at the end of the frame. */
  take(target: Uint8Array, length: number, count: number): void {
    if (count > FEW) {
      target.set(this.#view(length, count));
      return;
    }
    const { bytes } = this;
    const start = FRAME_SIZE - length;
    for (let i = 0; i < count; i++) target[i] = bytes[start + i]!;
  }

  #view(length: number, count: number): Uint8Array {
    const start = FRAME_SIZE - length;
    if (count !== length || length > KEPT_VIEWS) return this.bytes.subarray(start, start + count);
    this.#tails[length] ??= this.bytes.subarray(start);
    return this.#tails[length];
  }
}
