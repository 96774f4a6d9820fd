import { describe, expect, expectTypeOf, test } from "vitest";
import {
  bit,
  bits,
  decodeFields,
  encodeFields,
  type RegisterValue,
  ro16,
  rw8,
  rw32,
  rw64,
  wo32,
} from "../../src/registers/index.js";

describe("register definitions say where, how wide and who may", () => {
  test("offset, width in bytes, access", () => {
    expect(rw32(0x20)).toEqual({ offset: 0x20, width: 4, access: "rw", fields: {} });
    expect(ro16(0x06)).toMatchObject({ width: 2, access: "ro" });
    expect(wo32(0x60)).toMatchObject({ width: 4, access: "wo" });
  });

  test("values are Numbers up to 4 bytes and bigints for 8", () => {
    expectTypeOf<RegisterValue<ReturnType<typeof rw32>>>().toEqualTypeOf<number>();
    expectTypeOf<RegisterValue<ReturnType<typeof rw64>>>().toEqualTypeOf<bigint>();
  });

  test("misplaced registers and fields are refused", () => {
    expect(() => rw32(0x22)).toThrow(RangeError);
    expect(() => rw32(-4)).toThrow(RangeError);
    expect(() => rw32(Number.NaN)).toThrow(RangeError);
    expect(() => rw8(0, { ninth: bit(8) })).toThrow(/bit 8/);
    expect(() => bit(64)).toThrow(RangeError);
    expect(() => bits(7, 4)).toThrow(RangeError);
    expect(() => bits(0, 53)).toThrow(/53/);
  });
});

describe("fields go in and out of a register's value", () => {
  const status = rw32(0x20, { busy: bit(0), mode: bits(4, 7), raise: bit(31) });

  test("decode", () => {
    expect(decodeFields(status, 0x8000_0051)).toEqual({ busy: true, mode: 5, raise: true });
    expectTypeOf(decodeFields(status, 0)).toEqualTypeOf<{
      busy: boolean;
      mode: number;
      raise: boolean;
    }>();
  });

  test("encode keeps the other bits and stays unsigned", () => {
    expect(encodeFields(status, { mode: 0xa, raise: true }, 0x0000_ff01)).toBe(0x8000_ffa1);
    expect(encodeFields(status, { raise: false }, 0xffff_ffff)).toBe(0x7fff_ffff);
  });

  test("64-bit registers", () => {
    const queue = rw64(0x28, { address: bits(12, 63), low: bits(0, 11) });
    const value = encodeFields(queue, { address: 0x2_3456_7890_abcd, low: 1 }, 0xffen);
    expect(value).toBe(0x2345_6789_0abc_d001n);
    expect(decodeFields(queue, value)).toEqual({ address: 0x2_3456_7890_abcd, low: 1 });
  });

  test("what does not fit or is not there is refused", () => {
    expect(() => encodeFields(status, { mode: 16 }, 0)).toThrow(RangeError);
    expect(() => encodeFields(status, { mode: -1 }, 0)).toThrow(RangeError);
    expect(() => encodeFields(status, { toString: 1 } as never, 0)).toThrow(TypeError);
  });
});
