/**
 * Register operations as data: filled once or again and again, executed by one call. A read costs a
 * fraction of a call of its own, so dumps, polls of many registers and set-up sequences gain.
 */

/** Kinds of operations, as in native/batch.cc. */
const READ8 = 0;
const READ16 = 1;
const READ32 = 2;
const READ64 = 3;
const WRITE8 = 4;
const WRITE16 = 5;
const WRITE32 = 6;
const WRITE64 = 7;

/** 32-bit words of one operation: code, offset, value, upper half of a 64-bit value. */
const WORDS = 4;

/** An offset above this many bytes is in the next slot of its mapping. */
const SLOT_BYTES = 2 ** 32;

/** Where the slot stands in the code. */
const SLOT_UNIT = 0x100;

/** The most slots that a mapping can have here: 64 TiB. */
const MOST_SLOTS = 2 ** 14;

/**
 * A list of register operations on one mapping. Offsets are in bytes and naturally aligned; whether
 * they are inside the mapping shows when the batch is executed.
 */
export class Batch {
  /** How many operations fit. */
  readonly capacity: number;
  /** For the mapping that executes it: the operations' bytes. */
  readonly bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #wides: BigUint64Array;
  /** The first word of the next operation. */
  #next = 0;

  /** @throws RangeError for a capacity that is no integer from 1 to 2^24 */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > 2 ** 24) {
      throw new RangeError(`capacity must be an integer from 1 to ${2 ** 24}, not ${capacity}`);
    }
    const buffer = new ArrayBuffer(capacity * WORDS * 4);
    this.capacity = capacity;
    this.bytes = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
    this.#wides = new BigUint64Array(buffer);
  }

  /** How many operations there are. */
  get length(): number {
    return this.#next / WORDS;
  }

  /** Forgets all operations. */
  clear(): void {
    this.#next = 0;
  }

  // Each adds an operation and answers its number, by which its value is asked for later.
  // Wrong arguments are a TypeError or RangeError, and so is an operation too many.

  read8(offset: number): number {
    return this.#add(READ8, offset);
  }

  read16(offset: number): number {
    return this.#add(READ16, offset);
  }

  read32(offset: number): number {
    return this.#add(READ32, offset);
  }

  read64(offset: number): number {
    return this.#add(READ64, offset);
  }

  write8(offset: number, value: number): number {
    if ((value & 0xff) !== value) throw badValue(value, 8);
    return this.#addValue(WRITE8, offset, value);
  }

  write16(offset: number, value: number): number {
    if ((value & 0xffff) !== value) throw badValue(value, 16);
    return this.#addValue(WRITE16, offset, value);
  }

  write32(offset: number, value: number): number {
    if (typeof value !== "number" || value >>> 0 !== value) throw badValue(value, 32);
    return this.#addValue(WRITE32, offset, value);
  }

  write64(offset: number, value: bigint): number {
    if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) {
      throw badValue(value, 64);
    }
    const index = this.#add(WRITE64, offset);
    this.#wides[2 * index + 1] = value;
    return index;
  }

  /** What operation `index` read or wrote (of 64 bits: the lower half). */
  value(index: number): number {
    const value = this.#words[index * WORDS + 2];
    if (value === undefined || index >>> 0 !== index || index * WORDS >= this.#next) {
      throw noOperation(index, this.length);
    }
    return value;
  }

  /** What operation `index` read or wrote, of 64 bits. */
  wideValue(index: number): bigint {
    const value = this.#wides[index * 2 + 1];
    if (value === undefined || index >>> 0 !== index || index >= this.length) {
      throw noOperation(index, this.length);
    }
    return value;
  }

  /** Where operation `index` goes and how many bytes wide it is, for errors. */
  place(index: number): { offset: number; width: number } {
    const code = this.#words[index * WORDS]!;
    const slot = Math.floor(code / SLOT_UNIT);
    return { offset: slot * SLOT_BYTES + this.#words[index * WORDS + 1]!, width: 1 << (code & 3) };
  }

  #add(kind: number, offset: number): number {
    const at = this.#next;
    const words = this.#words;
    if (typeof offset !== "number" || offset >>> 0 !== offset || at >= words.length) {
      return this.#addFar(kind, offset);
    }
    words[at] = kind;
    words[at + 1] = offset;
    this.#next = at + WORDS;
    return at / WORDS;
  }

  /** An operation from 4 GiB on, or one that cannot be. */
  #addFar(kind: number, offset: number): number {
    if (this.length === this.capacity) throw full(this.capacity);
    const slot = checkFar(offset);
    const index = this.#add(kind, offset - slot * SLOT_BYTES);
    this.#words[index * WORDS] = kind + slot * SLOT_UNIT;
    return index;
  }

  #addValue(kind: number, offset: number, value: number): number {
    const index = this.#add(kind, offset);
    this.#words[index * WORDS + 2] = value;
    return index;
  }
}

/** The slot of an offset from 4 GiB on. */
function checkFar(offset: number): number {
  if (typeof offset !== "number") {
    throw new TypeError(`offset must be a number, not ${typeof offset}`);
  }
  const slot = Math.floor(offset / SLOT_BYTES);
  if (!Number.isInteger(offset) || !(slot >= 0 && slot < MOST_SLOTS)) {
    throw new RangeError(`offset must be an integer from 0 to 2^46, not ${offset}`);
  }
  return slot;
}

function badValue(value: unknown, bits: number): Error {
  const wanted = bits === 64 ? "bigint" : "number";
  if (typeof value !== wanted) {
    return new TypeError(`value must be a ${wanted}, not ${typeof value}`);
  }
  return new RangeError(`value must be an unsigned integer of ${bits} bits, not ${String(value)}`);
}

function full(capacity: number): Error {
  return new RangeError(`the batch is full: it has room for ${capacity} operations`);
}

function noOperation(index: number, length: number): Error {
  return new RangeError(`there is no operation ${index} in a batch of ${length}`);
}
