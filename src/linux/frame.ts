/**
 * The frame: a small memory that TypeScript and native code share (native/frame.h). Arguments are
 * written into it, a native function without parameters is called, and the answer stands in it.
 */

/** Bytes of the whole frame; the kernel's structs stand at its end, before a guard page. */
export const FRAME_SIZE = 8192;

/** The most bytes that fit into the frame's data area. */
export const FRAME_DATA = FRAME_SIZE - 64;

/** `words[LENGTH]` of an ioctl whose argument is the number in the frame. */
export const NUMBER_ARGUMENT = 0xffff_ffff;

/** Indices into `words`. */
export const STATUS = 0;
export const SLOT = 1;
export const OFFSET = 2;
export const VALUE = 3;
export const WIDE_LOW = 4;
export const WIDE_HIGH = 5;
export const FD = 8;
export const REQUEST = 9;
export const LENGTH = 10;
export const RESULT = 11;
export const OPENED = 12;

/** Index into `wides`: a 64-bit value, an address. */
export const WIDE = 2;

/** Index into `doubles`: a file offset. */
export const POSITION = 3;

/** Up to here a loop is quicker than `TypedArray.set` and the view that it needs. */
const FEW = 40;

/** The frame's memory in the shapes in which it is used. */
export class Frame {
  readonly words: Uint32Array;
  /** The same words, signed: descriptors and results. */
  readonly ints: Int32Array;
  readonly wides: BigUint64Array;
  readonly doubles: Float64Array;
  readonly bytes: Uint8Array;

  constructor(buffer: ArrayBuffer) {
    this.words = new Uint32Array(buffer);
    this.ints = new Int32Array(buffer);
    this.wides = new BigUint64Array(buffer);
    this.doubles = new Float64Array(buffer);
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
    const { bytes } = this;
    const start = FRAME_SIZE - length;
    if (count > FEW) {
      target.set(bytes.subarray(start, start + count));
      return;
    }
    for (let i = 0; i < count; i++) target[i] = bytes[start + i]!;
  }
}
