import { describe, expect, it } from "vitest";
import { ClosedError, pci, Vfio } from "../../src/index.js";
import { recorder } from "./recorder.js";

async function opened(profile = "6.12") {
  const made = recorder();
  const devices = [{ model: "custom" as const, address: "0000:00:05.0", ...made }];
  const vfio = await Vfio.simulate({ profile, devices, clock: "manual" });
  const device = await vfio.openDevice("0000:00:05.0");
  return { vfio, device, bar: device.region(pci.BAR0), cycles: made.cycles };
}

describe("device.region", () => {
  it("says what the regions are, by name", async () => {
    const { vfio, device } = await opened();
    expect(device.regions().map(({ name, size }) => [name, size])).toEqual([
      ["BAR0", 0x4000],
      ["BAR2", 0x1000],
      ["BAR4", 0x100],
      ["CONFIG", 0x100],
    ]);
    const { mappable, readable, writable, msixMappable } = device.region(pci.BAR0).info;
    expect({ mappable, readable, writable, msixMappable }).toEqual({
      mappable: true,
      readable: true,
      writable: true,
      msixMappable: true,
    });
    expect(device.region(pci.BAR0)).toBe(device.region(pci.BAR0));
    expect(device.region(pci.BAR1).size).toBe(0);
    expect(() => device.region(99)).toThrow(/EINVAL/);
    for (const wrong of [-1, 1.5, Number.NaN, 2 ** 32]) {
      expect(() => device.region(wrong)).toThrow(RangeError);
    }
    expect(() => device.region("0" as never)).toThrow(TypeError);
    await vfio.close();
  });
});

describe("region.readN and writeN", () => {
  it("are each one access of exactly that width, mapped or not", async () => {
    const { vfio, device, bar, cycles } = await opened();
    const io = device.region(pci.BAR4);
    expect(bar.mappableAreas).toHaveLength(2);
    expect(io.mappableAreas).toEqual([]);
    for (const region of [bar, io]) {
      cycles.length = 0;
      region.write8(0x11, 0x5a);
      region.write16(0x12, 0x1234);
      region.write32(0x14, 0xffff_ffff);
      region.write64(0x18, 0xffff_ffff_ffff_fffen);
      expect(region.read8(0x11)).toBe(0x5a);
      expect(region.read16(0x12)).toBe(0x1234);
      expect(region.read32(0x14)).toBe(0xffff_ffff);
      expect(region.read64(0x18)).toBe(0xffff_ffff_ffff_fffen);
      void region.read32(0x10);
      void region.read32(0x10);
      expect(cycles).toEqual([
        "w1 0x11 = 0x5a",
        "w2 0x12 = 0x1234",
        "w4 0x14 = 0xffffffff",
        "w8 0x18 = 0xfffffffffffffffe",
        "r1 0x11",
        "r2 0x12",
        "r4 0x14",
        "r8 0x18",
        "r4 0x10",
        "r4 0x10",
      ]);
    }
    await vfio.close();
  });

  it("refuse bad offsets and values before the device sees anything", async () => {
    const { vfio, device, bar, cycles } = await opened();
    bar.read32(0);
    for (const region of [bar, device.region(pci.BAR4), device.region(pci.CONFIG)]) {
      cycles.length = 0;
      for (const offset of [-4, 1.5, Number.NaN, 2 ** 40, Number.POSITIVE_INFINITY]) {
        expect(() => region.read32(offset)).toThrow(RangeError);
        expect(() => region.write32(offset, 0)).toThrow(RangeError);
      }
      for (const offset of [1, 2, 3, region.size, region.size - 2]) {
        expect(() => region.read32(offset)).toThrow(RangeError);
        expect(() => region.read64(offset)).toThrow(RangeError);
      }
      for (const offset of ["0", 0n, null, undefined, {}, []]) {
        expect(() => region.read32(offset as never)).toThrow(TypeError);
        expect(() => region.write8(offset as never, 0)).toThrow(TypeError);
      }
      expect(cycles).toEqual([]);
    }
    await vfio.close();
  });

  it("refuse values that do not fit, through the file", async () => {
    const { vfio, device, cycles } = await opened();
    const io = device.region(pci.BAR4);
    for (const value of [-1, 256, 0.5, Number.NaN])
      expect(() => io.write8(0, value)).toThrow(RangeError);
    for (const value of [-1, 0x1_0000]) expect(() => io.write16(0, value)).toThrow(RangeError);
    for (const value of [-1, 2 ** 32]) expect(() => io.write32(0, value)).toThrow(RangeError);
    for (const value of [-1n, 2n ** 64n]) expect(() => io.write64(0, value)).toThrow(RangeError);
    expect(() => io.write64(0, 5 as never)).toThrow(TypeError);
    expect(() => io.write32(0, "5" as never)).toThrow(TypeError);
    expect(cycles).toEqual([]);
    await vfio.close();
  });

  it("answer EIO while memory decoding is off, and work again afterwards", async () => {
    const { vfio, device, bar } = await opened();
    bar.write32(0, 7);
    device.config.command.fields.memory.write(false);
    expect(() => bar.read32(0)).toThrow(/EIO/);
    expect(() => bar.write32(0, 1)).toThrow(/EIO/);
    device.config.command.fields.memory.write(true);
    expect(bar.read32(0)).toBe(7);
    await vfio.close();
  });

  it("say that the device is closed", async () => {
    const { vfio, device, bar } = await opened();
    const [config, io] = [device.region(pci.CONFIG), device.region(pci.BAR4)];
    for (const region of [bar, config, io]) region.read32(0);
    await device.close();
    for (const region of [bar, config, io]) {
      expect(() => region.read32(0)).toThrow(ClosedError);
      expect(() => region.write64(0, 0n)).toThrow(ClosedError);
      expect(() => region.read(0, 4)).toThrow(ClosedError);
      expect(() => region.write(0, new Uint8Array(4))).toThrow(ClosedError);
      expect(() => region.map()).toThrow(ClosedError);
    }
    expect(() => device.region(pci.BAR0)).toThrow(ClosedError);
    await vfio.close();
  });
});

describe("region.read and write", () => {
  it("copy any range, around the MSI-X table and through it by the file", async () => {
    const { vfio, bar } = await opened();
    expect(bar.mappableAreas).toEqual([
      { offset: 0, size: 0x2000 },
      { offset: 0x3000, size: 0x1000 },
    ]);
    const source = Uint8Array.from({ length: 0x4000 }, (_, i) => (i * 7) & 0xff);
    bar.write(0, source);
    const back = bar.read(0, 0x4000);
    // The table reads as ones and takes nothing; no interrupt is pending.
    const expected = source
      .slice()
      .fill(0xff, 0x2000, 0x2000 + 3 * 16)
      .fill(0, 0x3000, 0x3008);
    const different = [...back.keys()].filter((at) => back[at] !== expected[at]);
    expect(different).toEqual([]);
    expect(bar.read32(0x2000)).toBe(0xffff_ffff);
    expect(bar.read32(0x3010)).toBe(new DataView(source.buffer).getUint32(0x3010, true));
    const target = new Uint8Array(5);
    expect(bar.read(0x1ffe, target)).toBe(target);
    expect([...target]).toEqual([...expected.subarray(0x1ffe, 0x2003)]);
    await vfio.close();
  });

  it("refuse what is outside or no bytes", async () => {
    const { vfio, bar } = await opened();
    expect(() => bar.read(0x4000, 1)).toThrow(RangeError);
    expect(() => bar.read(0, 0x4001)).toThrow(RangeError);
    expect(() => bar.write(0x3fff, new Uint8Array(2))).toThrow(RangeError);
    expect(() => bar.read(0, "4" as never)).toThrow(TypeError);
    expect(() => bar.write(0, [1, 2] as never)).toThrow(TypeError);
    expect(bar.read(0x4000, 0)).toHaveLength(0);
    await vfio.close();
  });
});

describe("region.map", () => {
  it("has an address that other devices can be given", async () => {
    const { vfio, device } = await opened();
    const bar2 = device.region(pci.BAR2);
    bar2.write32(0x10, 0x1234_5678);
    const mapping = bar2.map();
    expect([mapping.offset, mapping.length]).toEqual([0, 0x1000]);
    expect(mapping.memory.read32(0x10)).toBe(0x1234_5678);
    const dma = vfio.dma.map(mapping, { iova: 0x10_0000 });
    expect(dma.size).toBe(0x1000n);
    mapping.closeSync();
    mapping.closeSync();
    expect(() => mapping.memory.read32(0)).toThrow("closed");
    expect(() => vfio.dma.map(mapping)).toThrow(TypeError);
    await vfio.close();
  });

  it("never has the MSI-X table in it", async () => {
    const { vfio, bar } = await opened();
    for (const options of [{}, { offset: 0x2000 }, { offset: 0x1000, length: 0x2000 }]) {
      expect(() => bar.map(options)).toThrow(RangeError);
    }
    expect(bar.map({ offset: 0x3000, length: 0x1000 }).length).toBe(0x1000);
    await vfio.close();
  });

  it("is closed with its device, and named where it keeps the group busy", async () => {
    const { vfio, device, bar } = await opened();
    const mapping = bar.map({ length: 0x1000 });
    expect(() => device.group.unsetContainer()).toThrow(
      /EBUSY.*0000:00:05.0 \(mapped: BAR0 0x0-0xfff\)/s,
    );
    await device.close();
    expect(mapping.closed).toBe(true);
    device.group.unsetContainer();
    await vfio.close();
  });
});
