// Goal: mbochs' display interface, EDID, video memory and dma-bufs, with its bugs and without.

import { describe, expect, test } from "vitest";
import { Dispi } from "../../src/simulator/drivers/mbochs/dispi.js";
import type { SimulatedKernel } from "../../src/simulator/kernel.js";
import { GfxPlaneFlags, structs, Vfio } from "../../src/uapi/index.js";
import { answer, close, open, openNew, sampleMachine } from "./opened-device.js";
import { readByte, readBytes, word } from "./requests.js";

const mmio = 0x1000;
const edid = 0x2000;
const memory = 0x3000;
const registers = ["id", "width", "height", "depth", "enable"] as const;

function setMode(kernel: SimulatedKernel, device: number, width: number, height: number): void {
  const values = { width, height, depth: 32, enable: 1 };
  for (const [index, name] of registers.entries()) {
    if (name !== "id") kernel.pwrite(device, word(values[name], 2), mmio + 0x500 + 2 * index);
  }
}

function queryPlane(kernel: SimulatedKernel, device: number) {
  const { deviceGfxPlaneInfo } = structs;
  const plane = deviceGfxPlaneInfo.encode({ flags: GfxPlaneFlags.DMABUF, drm_plane_type: 1 });
  const result = answer(() => kernel.ioctl(device, Vfio.DEVICE_QUERY_GFX_PLANE, plane));
  return result === 0 ? deviceGfxPlaneInfo.decode(plane) : result;
}

function getDmaBuf(kernel: SimulatedKernel, device: number, id: number): number {
  return kernel.ioctl(device, Vfio.DEVICE_GET_GFX_DMABUF, word(id));
}

describe("display interface", () => {
  test("shows nothing until it is on, with 32 bits, large enough and inside memory", () => {
    const dispi = new Dispi(4 * 2 ** 20);
    const set = (...pairs: [number, number][]) => {
      for (const [index, value] of pairs) dispi.write(index, value);
      return dispi.mode();
    };
    expect([dispi.read(0), dispi.read(10), dispi.read(11)]).toEqual([0xb0c5, 0x40, 0]);
    expect(set([1, 640], [2, 480], [3, 32])).toBeUndefined();
    expect(set([4, 1])).toMatchObject({ width: 640, height: 480, stride: 2560, offset: 0 });
    expect(set([6, 1024], [8, 2], [9, 3])).toMatchObject({ stride: 4096, offset: 8 + 3 * 4096 });
    expect(set([9, 4000])).toBeUndefined();
    expect(set([9, 0], [1, 63])).toBeUndefined();
    expect(set([1, 64], [3, 24])).toBeUndefined();
    dispi.reset();
    expect([dispi.read(0), dispi.read(1), dispi.read(10)]).toEqual([0xb0c5, 0, 0x40]);
  });
});

describe("planes", () => {
  test("a mode that is new fails once; then it is known by its number", () => {
    const { kernel } = sampleMachine();
    const { device } = openNew(kernel, "mbochs-small");
    setMode(kernel, device, 640, 480);
    expect(queryPlane(kernel, device)).toBe("ENOMEM");
    const shown = { width: 640, height: 480, stride: 2560, size: 1228800, region_index: 1 };
    expect(queryPlane(kernel, device)).toMatchObject(shown);
    expect(queryPlane(kernel, device)).toMatchObject({ region_index: 1 });
  });

  test("without the quirk it is known at once", () => {
    const { kernel } = sampleMachine({ withoutQuirks: ["mbochs-first-plane"] });
    const { device } = openNew(kernel, "mbochs-small");
    setMode(kernel, device, 640, 480);
    expect(queryPlane(kernel, device)).toMatchObject({ region_index: 1 });
  });

  test("numbers are never used again, records end with the file", () => {
    const { kernel } = sampleMachine({ withoutQuirks: ["mbochs-first-plane"] });
    const fd = openNew(kernel, "mbochs-small");
    setMode(kernel, fd.device, 640, 480);
    expect(queryPlane(kernel, fd.device)).toMatchObject({ region_index: 1 });
    close(kernel, fd);
    const { device } = open(kernel);
    expect(() => getDmaBuf(kernel, device, 1)).toThrow(/ENOENT/);
    expect(queryPlane(kernel, device)).toMatchObject({ region_index: 2 });
  });
});

describe("dma-bufs", () => {
  function shown(profile: "6.1" | "6.12" = "6.1") {
    const { machine, kernel } = sampleMachine({ profile, withoutQuirks: ["mbochs-first-plane"] });
    const fd = openNew(kernel, "mbochs-small");
    setMode(kernel, fd.device, 640, 480);
    queryPlane(kernel, fd.device);
    return { machine, kernel, fd };
  }

  test("are files that nobody can map: read-only, and the driver wants shared mappings", () => {
    const { kernel, fd } = shown();
    const buffer = getDmaBuf(kernel, fd.device, 1);
    const map = (protection: number) =>
      answer(() => kernel.mmap(buffer, { offset: 0, length: 4096, protection }));
    expect([map(3), map(1)]).toEqual(["EACCES", "EINVAL"]);
    expect(answer(() => kernel.read(buffer, new Uint8Array(4)))).toBe("EINVAL");
    expect(answer(() => kernel.pread(buffer, new Uint8Array(4), 0))).toBe("ESPIPE");
    expect(answer(() => kernel.write(buffer, new Uint8Array(4)))).toBe("EBADF");
  });

  test("take DMA_BUF_IOCTL_SYNC", () => {
    const { kernel, fd } = shown();
    const buffer = getDmaBuf(kernel, fd.device, 1);
    const sync = (flags: number) =>
      answer(() => kernel.unsafeIoctl(buffer, 0x4008_6200, word(flags, 8)));
    expect([0, 1, 2, 3, 4, 5, 7, 8, 2 ** 40].map(sync)).toEqual([
      "EINVAL",
      0,
      0,
      0,
      "EINVAL",
      0,
      0,
      "EINVAL",
      "EINVAL",
    ]);
  });

  test("keep the module loaded, and asking twice for one is a hazard", () => {
    const { machine, kernel, fd } = shown();
    const references = () => kernel.sysfs.read("/sys/module/mbochs/refcnt");
    const buffer = getDmaBuf(kernel, fd.device, 1);
    expect(references()).toBe("2\n");
    close(kernel, fd);
    expect(references()).toBe("1\n");
    kernel.close(buffer);
    expect(references()).toBe("0\n");
    expect(machine.hazards.met).toEqual([]);
    const { device } = open(kernel);
    queryPlane(kernel, device);
    kernel.close(getDmaBuf(kernel, device, 2));
    getDmaBuf(kernel, device, 2);
    expect(machine.hazards.met.map(({ name }) => name)).toEqual(["mbochs-dmabuf-twice"]);
  });
});

describe("video memory", () => {
  test("goes with the last file, registers stay", () => {
    const { kernel } = sampleMachine();
    const fd = openNew(kernel, "mbochs-small");
    setMode(kernel, fd.device, 640, 480);
    kernel.pwrite(fd.device, word(0xcafe), memory);
    expect(readBytes(kernel, fd.device, memory, 4)).toEqual(word(0xcafe));
    close(kernel, fd);
    const { device } = open(kernel);
    expect(readBytes(kernel, device, memory, 4)).toEqual(word(0));
    expect(readBytes(kernel, device, mmio + 0x502, 2)).toEqual(word(640, 2));
  });

  test("is two pages off for file accesses, as the driver has it", () => {
    const { machine, kernel } = sampleMachine();
    const { device } = openNew(kernel, "mbochs-small");
    kernel.pwrite(device, word(0xcafe), memory);
    const mapping = kernel.mmap(device, { offset: memory, length: 0x4000 });
    expect([mapping.read32(0), mapping.read32(0x2000)]).toEqual([0, 0xcafe]);
    mapping.close();
    kernel.pwrite(device, word(1), memory + 2 ** 22 - 4);
    readByte(kernel, device, memory + 2 ** 22 - 1);
    expect(new Set(machine.hazards.met.map(({ where }) => where))).toEqual(
      new Set(["video memory behind its end"]),
    );
  });

  test("is where it should be without that quirk", () => {
    const { machine, kernel } = sampleMachine({ withoutQuirks: ["mbochs-stray-page"] });
    const { device } = openNew(kernel, "mbochs-small");
    kernel.pwrite(device, word(0xcafe), memory + 2 ** 22 - 4);
    const mapping = kernel.mmap(device, { offset: memory, length: 2 ** 22 });
    expect(mapping.read32(2 ** 22 - 4)).toBe(0xcafe);
    mapping.close();
    expect(machine.hazards.met).toEqual([]);
  });
});

describe("EDID", () => {
  test("registers take whole words only; what is not answered is a hazard", () => {
    const { machine, kernel } = sampleMachine();
    const { device } = openNew(kernel, "mbochs-small");
    const words = [0, 4, 8, 12, 16, 20].map((at) => readBytes(kernel, device, edid + at, 4));
    expect(words).toEqual([0x800, 0x400, 0, 800, 600, 0].map((value) => word(value)));
    kernel.pwrite(device, word(5, 2), edid + 8);
    expect(readBytes(kernel, device, edid + 8, 4)).toEqual(word(0));
    expect(machine.hazards.met).toEqual([]);
    readByte(kernel, device, edid);
    readByte(kernel, device, edid + 24);
    readByte(kernel, device, edid + 0xc00);
    expect(machine.hazards.met.length).toBe(3);
  });

  test("is seen by the guest while it is plugged in, as far as it goes", () => {
    const { kernel } = sampleMachine();
    const { device } = openNew(kernel, "mbochs-small");
    kernel.pwrite(device, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), edid + 0x800);
    kernel.pwrite(device, word(5), edid + 8);
    expect(readByte(kernel, device, mmio)).toBe(0);
    kernel.pwrite(device, word(1), edid + 20);
    expect([...readBytes(kernel, device, mmio, 4)]).toEqual([1, 2, 3, 4]);
    expect([4, 5].map((at) => readByte(kernel, device, mmio + at))).toEqual([5, 0]);
    kernel.pwrite(device, word(2), edid + 20);
    expect(readByte(kernel, device, mmio)).toBe(0);
  });
});

test("region info behind its end is a hazard before 7.2", () => {
  const { machine, kernel } = sampleMachine({ profile: "6.12" });
  const { device } = openNew(kernel, "mbochs-small");
  const info = structs.regionInfo.encode({ argsz: 40, index: 0 }, 8);
  kernel.ioctl(device, Vfio.DEVICE_GET_REGION_INFO, info);
  expect(machine.hazards.met.length).toBe(8);
  const edidInfo = structs.regionInfo.encode({ argsz: 40, index: 9 }, 8);
  kernel.ioctl(device, Vfio.DEVICE_GET_REGION_INFO, edidInfo);
  expect([...edidInfo.subarray(32)]).toEqual([2, 0, 1, 0, 0, 0, 0, 0]);
  expect(machine.hazards.met.length).toBe(8);
});
