import type { Mapping } from "../kernel.js";
import type { Addon } from "./addon.js";
import { wrongType } from "./arguments.js";
import type { Frame } from "./frame.js";
import { MappingBase, type MappingFacts } from "./mapping.js";

/** A mapping of the host's kernel: it can execute batches. */
export type LinuxMapping = Mapping & Pick<MappingBase, "execute">;

/**
 * Defines the class of mapped device memory. It is defined once for each environment, around that
 * environment's frame and native functions, because V8 compiles calls of constants to much less
 * than calls of fields: an access costs about 1.2 times an empty native call.
 *
 * Each method checks its arguments before it touches the frame. `x >>> 0 === x` is an integer below
 * 2^32; the test of the type before it keeps that comparison one instruction.
 */
export function defineMapping(
  addon: Addon,
  frame: Frame,
): new (
  facts: MappingFacts,
) => LinuxMapping {
  return defineWrites(addon, frame, defineReads(addon, frame));
}

function defineReads(addon: Addon, frame: Frame) {
  const { read8, read16, read32, read64 } = addon;
  const { status, slot, offset: at, value, wide } = frame;
  return class MappingReads extends MappingBase {
    read8(offset: number): number {
      if (typeof offset !== "number" || offset >>> 0 !== offset) return this.readFar(offset, 1);
      slot[0] = this.slot;
      at[0] = offset;
      read8();
      if (status[0] !== 0) throw this.failure(offset, 1);
      return value[0]!;
    }

    read16(offset: number): number {
      if (typeof offset !== "number" || offset >>> 0 !== offset) return this.readFar(offset, 2);
      slot[0] = this.slot;
      at[0] = offset;
      read16();
      if (status[0] !== 0) throw this.failure(offset, 2);
      return value[0]!;
    }

    read32(offset: number): number {
      if (typeof offset !== "number" || offset >>> 0 !== offset) return this.readFar(offset, 4);
      slot[0] = this.slot;
      at[0] = offset;
      read32();
      if (status[0] !== 0) throw this.failure(offset, 4);
      return value[0]!;
    }

    read64(offset: number): bigint {
      if (typeof offset !== "number" || offset >>> 0 !== offset) {
        this.readFar(offset, 8);
        return wide[0]!;
      }
      slot[0] = this.slot;
      at[0] = offset;
      read64();
      if (status[0] !== 0) throw this.failure(offset, 8);
      return wide[0]!;
    }
  };
}

function defineWrites(addon: Addon, frame: Frame, Reads: ReturnType<typeof defineReads>) {
  const { write8, write16, write32, write64 } = addon;
  const { status, slot, offset: at, value: word, wide } = frame;
  return class MappingAccess extends Reads implements Mapping {
    write8(offset: number, value: number): void {
      if (typeof value !== "number" || (value & 0xff) !== value) throw badValue(value, 8);
      if (typeof offset !== "number" || offset >>> 0 !== offset) {
        this.writeFar(offset, 1, value);
        return;
      }
      slot[0] = this.slot;
      at[0] = offset;
      word[0] = value;
      write8();
      if (status[0] !== 0) throw this.failure(offset, 1);
    }

    write16(offset: number, value: number): void {
      if (typeof value !== "number" || (value & 0xffff) !== value) throw badValue(value, 16);
      if (typeof offset !== "number" || offset >>> 0 !== offset) {
        this.writeFar(offset, 2, value);
        return;
      }
      slot[0] = this.slot;
      at[0] = offset;
      word[0] = value;
      write16();
      if (status[0] !== 0) throw this.failure(offset, 2);
    }

    write32(offset: number, value: number): void {
      if (typeof value !== "number" || value >>> 0 !== value) throw badValue(value, 32);
      if (typeof offset !== "number" || offset >>> 0 !== offset) {
        this.writeFar(offset, 4, value);
        return;
      }
      slot[0] = this.slot;
      at[0] = offset;
      word[0] = value;
      write32();
      if (status[0] !== 0) throw this.failure(offset, 4);
    }

    write64(offset: number, value: bigint): void {
      if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) {
        throw badValue(value, 64);
      }
      if (typeof offset !== "number" || offset >>> 0 !== offset) {
        this.writeFar(offset, 8, value);
        return;
      }
      slot[0] = this.slot;
      at[0] = offset;
      wide[0] = value;
      write64();
      if (status[0] !== 0) throw this.failure(offset, 8);
    }
  };
}

function badValue(value: unknown, bits: 8 | 16 | 32 | 64): TypeError | RangeError {
  const wanted = bits === 64 ? "bigint" : "number";
  if (typeof value !== wanted) return wrongType("value", `a ${wanted}`, value);
  return new RangeError(`value must be an unsigned integer of ${bits} bits, not ${String(value)}`);
}
