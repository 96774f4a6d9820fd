import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import type { Mapping } from "../kernel.js";
import type { Addon } from "./addon.js";
import { checkBytes, checkInteger, wrongType } from "./arguments.js";
import { Batch } from "./batch.js";
import type { Frame } from "./frame.js";

/** What a mapping is made of. */
export interface MappingFacts {
  addon: Addon;
  frame: Frame;
  /** Its first slot in native code. */
  slot: number;
  length: number;
  address: bigint;
  onClose: (mapping: { close(): void }) => void;
}

/** Width of an access in bytes. */
export type Width = 1 | 2 | 4 | 8;

/** Bytes of a slot: a mapping that is longer has several in a row. */
const SLOT_BYTES = 2 ** 32;

/** The slot in which nothing is mapped. */
const CLOSED = 0;

/** Everything of a mapping that is not the quick path: `mapping-access.ts` has that. */
export class MappingBase implements Omit<Mapping, `${"read" | "write"}${8 | 16 | 32 | 64}`> {
  readonly length: number;
  readonly address: bigint;
  /**
   * For the quick path alone: the slot that accesses go to. It starts as a number, because V8 would
   * convert at each access what once was undefined.
   */
  slot = CLOSED;
  readonly #facts: MappingFacts;

  constructor(facts: MappingFacts) {
    this.length = facts.length;
    this.address = facts.address;
    this.slot = facts.slot;
    this.#facts = facts;
  }

  get closed(): boolean {
    return this.slot === CLOSED;
  }

  readBytes(offset: number, target: Uint8Array): void {
    this.#copy(offset, checkBytes("target", target), false);
  }

  writeBytes(offset: number, source: Uint8Array): void {
    this.#copy(offset, checkBytes("source", source), true);
  }

  /**
   * Executes the operations of a batch in order, in one call. Reads leave their values in it.
   *
   * @throws as a single access would, for the first operation that fails; those before it have
   *   happened, those after it have not
   */
  execute(batch: Batch): void {
    if (!(batch instanceof Batch)) throw wrongType("batch", "a Batch", batch);
    if (this.closed) throw closedError();
    const { addon, frame } = this.#facts;
    frame.slot[0] = this.slot;
    addon.execute(batch.bytes, batch.length);
    if (frame.status[0] === 0) return;
    const { offset, width } = batch.place(frame.result[0]!);
    throw this.failure(offset, width);
  }

  close(): void {
    const { slot } = this;
    if (slot === CLOSED) return;
    this.slot = CLOSED;
    this.#facts.onClose(this);
    const result = this.#facts.addon.munmap(slot);
    if (result < 0) throw new VfioError({ errno: -result, syscall: "munmap" });
  }

  /** A read beyond 4 GiB, or with an offset that is none. The value is in the frame. */
  readFar(offset: number, width: Width): number {
    const { addon, frame } = this.#facts;
    this.#aim(offset, width);
    ({ 1: addon.read8, 2: addon.read16, 4: addon.read32, 8: addon.read64 })[width]();
    if (frame.status[0] !== 0) throw this.failure(offset, width);
    return frame.value[0]!;
  }

  /** A write of the same kind. */
  writeFar(offset: number, width: Width, value: number | bigint): void {
    const { addon, frame } = this.#facts;
    this.#aim(offset, width);
    if (typeof value === "bigint") frame.wide[0] = value;
    else frame.value[0] = value;
    ({ 1: addon.write8, 2: addon.write16, 4: addon.write32, 8: addon.write64 })[width]();
    if (frame.status[0] !== 0) throw this.failure(offset, width);
  }

  /** Why native code refused an access, or what became of it. */
  failure(offset: number, width: number): Error {
    if (this.closed) return closedError();
    const errno = this.#facts.frame.status[0]!;
    if (errno === Errno.ERANGE && offset + width > this.length) {
      return outside(offset, width, this.length);
    }
    if (errno === Errno.EINVAL || errno === Errno.ERANGE) {
      return new RangeError(`offset ${offset} is not a multiple of the width, ${width} bytes`);
    }
    const hint =
      `the device does not answer at offset ${offset}: ` +
      "its memory may be switched off, or the mapping not be for this access";
    return new VfioError({ errno, syscall: "access", hint });
  }

  /** Chooses the slot that a far offset lies in. */
  #aim(offset: number, width: Width): void {
    this.#checkRange(offset, width);
    const { frame } = this.#facts;
    const window = Math.floor(offset / SLOT_BYTES);
    frame.slot[0] = this.slot + window;
    frame.offset[0] = offset - window * SLOT_BYTES;
  }

  #copy(offset: number, bytes: Uint8Array, toDevice: boolean): void {
    this.#checkRange(offset, bytes.length);
    const { addon, frame } = this.#facts;
    frame.slot[0] = this.slot;
    frame.position[0] = offset;
    addon.copy(bytes, toDevice);
    if (frame.status[0] !== 0) throw this.failure(offset, bytes.length);
  }

  #checkRange(offset: number, length: number): void {
    if (typeof offset !== "number") throw wrongType("offset", "a number", offset);
    if (this.closed) throw closedError();
    checkInteger("offset", offset, 0, Number.MAX_SAFE_INTEGER);
    if (offset + length > this.length) throw outside(offset, length, this.length);
  }
}

function closedError(): Error {
  return Object.assign(new Error("the mapping is closed"), { code: "ERR_VFIO_CLOSED" });
}

function outside(offset: number, width: number, length: number): RangeError {
  return new RangeError(`${width} bytes at offset ${offset} are outside of a mapping of ${length}`);
}
