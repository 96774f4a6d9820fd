import type { Mapping } from "../kernel.js";
import type { Addon } from "./addon.js";
import { wrongType } from "./arguments.js";
import { type Frame, OFFSET, SLOT, STATUS, VALUE, WIDE } from "./frame.js";
import { MappingBase, type MappingFacts } from "./mapping.js";

/**
 * Defines the class of mapped device memory. It is defined once for each environment, around that
 * environment's frame and native functions, because V8 compiles calls of constants to much less
 * than calls of fields: an access costs about 1.2 times an empty native call.
 *
 * Each method checks its arguments before it touches the frame. `x >>> 0 === x` is an integer below
 * 2^32; the test of the type before it keeps that comparison one instruction.
 */
export function defineMapping(addon: Addon, frame: Frame): new (facts: MappingFacts) => Mapping {
  return defineWrites(addon, frame, defineReads(addon, frame));
}

function defineReads({ read8, read16, read32, read64 }: Addon, { words, wides }: Frame) {
  return class MappingReads extends MappingBase {
    read8(offset: number): number {
      if (typeof offset !== "number" || offset >>> 0 !== offset) return this.readFar(offset, 1);
      words[SLOT] = this.slot;
      words[OFFSET] = offset;
      read8();
      if (words[STATUS] !== 0) throw this.failure(offset, 1);
      return words[VALUE]!;
    }

    read16(offset: number): number {
      if (typeof offset !== "number" || offset >>> 0 !== offset) return this.readFar(offset, 2);
      words[SLOT] = this.slot;
      words[OFFSET] = offset;
      read16();
      if (words[STATUS] !== 0) throw this.failure(offset, 2);
      return words[VALUE]!;
    }

    read32(offset: number): number {
      if (typeof offset !== "number" || offset >>> 0 !== offset) return this.readFar(offset, 4);
      words[SLOT] = this.slot;
      words[OFFSET] = offset;
      read32();
      if (words[STATUS] !== 0) throw this.failure(offset, 4);
      return words[VALUE]!;
    }

    read64(offset: number): bigint {
      if (typeof offset !== "number" || offset >>> 0 !== offset) {
        this.readFar(offset, 8);
        return wides[WIDE]!;
      }
      words[SLOT] = this.slot;
      words[OFFSET] = offset;
      read64();
      if (words[STATUS] !== 0) throw this.failure(offset, 8);
      return wides[WIDE]!;
    }
  };
}

function defineWrites(
  { write8, write16, write32, write64 }: Addon,
  { words, wides }: Frame,
  Reads: ReturnType<typeof defineReads>,
) {
  return class LinuxMapping extends Reads implements Mapping {
    write8(offset: number, value: number): void {
      if (typeof value !== "number" || (value & 0xff) !== value) throw badValue(value, 8);
      if (typeof offset !== "number" || offset >>> 0 !== offset) {
        this.writeFar(offset, 1, value);
        return;
      }
      words[SLOT] = this.slot;
      words[OFFSET] = offset;
      words[VALUE] = value;
      write8();
      if (words[STATUS] !== 0) throw this.failure(offset, 1);
    }

    write16(offset: number, value: number): void {
      if (typeof value !== "number" || (value & 0xffff) !== value) throw badValue(value, 16);
      if (typeof offset !== "number" || offset >>> 0 !== offset) {
        this.writeFar(offset, 2, value);
        return;
      }
      words[SLOT] = this.slot;
      words[OFFSET] = offset;
      words[VALUE] = value;
      write16();
      if (words[STATUS] !== 0) throw this.failure(offset, 2);
    }

    write32(offset: number, value: number): void {
      if (typeof value !== "number" || value >>> 0 !== value) throw badValue(value, 32);
      if (typeof offset !== "number" || offset >>> 0 !== offset) {
        this.writeFar(offset, 4, value);
        return;
      }
      words[SLOT] = this.slot;
      words[OFFSET] = offset;
      words[VALUE] = value;
      write32();
      if (words[STATUS] !== 0) throw this.failure(offset, 4);
    }

    write64(offset: number, value: bigint): void {
      if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) {
        throw badValue(value, 64);
      }
      if (typeof offset !== "number" || offset >>> 0 !== offset) {
        this.writeFar(offset, 8, value);
        return;
      }
      words[SLOT] = this.slot;
      words[OFFSET] = offset;
      wides[WIDE] = value;
      write64();
      if (words[STATUS] !== 0) throw this.failure(offset, 8);
    }
  };
}

function badValue(value: unknown, bits: 8 | 16 | 32 | 64): TypeError | RangeError {
  const wanted = bits === 64 ? "bigint" : "number";
  if (typeof value !== wanted) return wrongType("value", `a ${wanted}`, value);
  return new RangeError(`value must be an unsigned integer of ${bits} bits, not ${String(value)}`);
}
