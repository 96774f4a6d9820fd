import { describe, expect, expectTypeOf, it } from "vitest";
import { bit, bits, pci, ro8, ro32, rw16, rw32, rw64, Vfio, wo32 } from "../../src/index.js";
import { recorder } from "./recorder.js";

const map = {
  id: ro32(0x00),
  control: rw32(0x04, { enable: bit(0), mode: bits(4, 7), top: bit(31) }),
  doorbell: wo32(0x08, { go: bit(0), queue: bits(8, 15) }),
  half: rw16(0x0c),
  byte: ro8(0x0f),
  wide: rw64(0x10, { low: bits(0, 31), high: bits(32, 63) }),
} as const;

async function opened() {
  const made = recorder();
  const devices = [{ model: "custom" as const, address: "0000:00:05.0", ...made }];
  const vfio = await Vfio.simulate({ devices, clock: "manual" });
  const device = await vfio.openDevice("0000:00:05.0");
  const region = device.region(pci.BAR2);
  return { vfio, device, region, registers: region.registers(map), cycles: made.cycles };
}

describe("region.registers", () => {
  it("reads and writes each register with one access of its width", async () => {
    const { registers, cycles } = await opened();
    registers.control.write(0x8000_0011);
    expect(registers.control.read()).toBe(0x8000_0011);
    registers.doorbell.write(1);
    registers.half.write(0xffff);
    expect(registers.half.read()).toBe(0xffff);
    expect(registers.byte.read()).toBe(0);
    registers.wide.write(0x1_0000_0002n);
    expect(registers.wide.read()).toBe(0x1_0000_0002n);
    expect(registers.id.read()).toBe(0);
    expect(cycles).toEqual([
      "w4 0x4 = 0x80000011",
      "r4 0x4",
      "w4 0x8 = 0x1",
      "w2 0xc = 0xffff",
      "r2 0xc",
      "r1 0xf",
      "w8 0x10 = 0x100000002",
      "r8 0x10",
      "r4 0x0",
    ]);
  });

  it("has fields: all of a value with one read, one with read and write", async () => {
    const { registers, cycles } = await opened();
    const { control, doorbell, wide } = registers;
    control.writeFields({ enable: true, mode: 5, top: true });
    expect(control.read()).toBe(0x8000_0051);
    cycles.length = 0;
    expect(control.readFields()).toEqual({ enable: true, mode: 5, top: true });
    expect(control.fields.mode.read()).toBe(5);
    control.fields.enable.write(false);
    control.update({ mode: 9, top: false });
    expect(control.decode(0x31)).toEqual({ enable: true, mode: 3, top: false });
    expect(cycles).toEqual([
      "r4 0x4",
      "r4 0x4",
      "r4 0x4",
      "w4 0x4 = 0x80000050",
      "r4 0x4",
      "w4 0x4 = 0x90",
    ]);
    cycles.length = 0;
    doorbell.fields.queue.write(7);
    wide.fields.high.write(0xffff_ffff);
    expect(wide.readFields()).toEqual({ low: 0, high: 0xffff_ffff });
    expect(cycles.slice(0, 3)).toEqual([
      "w4 0x8 = 0x700",
      "r8 0x10",
      "w8 0x10 = 0xffffffff00000000",
    ]);
  });

  it("refuses what a register does not allow, and values that do not fit", async () => {
    const { registers, cycles } = await opened();
    const { id, doorbell, control } = registers as unknown as Record<
      string,
      typeof registers.control
    >;
    expect(() => id?.write(1)).toThrow("BAR2 id: it cannot be written");
    expect(() => doorbell?.read()).toThrow("BAR2 doorbell: it cannot be read");
    expect(() => doorbell?.readFields()).toThrow(TypeError);
    expect(() => control?.fields.mode.write(16)).toThrow(RangeError);
    expect(() => control?.writeFields({ nonsense: 1 } as never)).toThrow(TypeError);
    expect(cycles.filter((cycle) => cycle.startsWith("w"))).toEqual([]);
  });

  it("refuses maps that do not fit the region, or are none", async () => {
    const { region } = await opened();
    expect(() => region.registers({ far: ro32(0x1000) })).toThrow(
      /far: BAR2 has no register at 0x1000/,
    );
    expect(() => region.registers({ last: ro32(0xffc) })).not.toThrow();
    for (const wrong of [null, undefined, 5, { x: 5 }, { x: undefined }, { x: {} }]) {
      expect(() => region.registers(wrong as never)).toThrow(TypeError);
    }
  });

  it("knows by type what a register can do", async () => {
    const { registers } = await opened();
    expectTypeOf(registers.id).not.toHaveProperty("write");
    expectTypeOf(registers.doorbell).not.toHaveProperty("read");
    expectTypeOf(registers.doorbell).not.toHaveProperty("update");
    expectTypeOf(registers.wide.read()).toEqualTypeOf<bigint>();
    expectTypeOf(registers.control.readFields()).toEqualTypeOf<{
      enable: boolean;
      mode: number;
      top: boolean;
    }>();
  });
});
