// Goal: vital product data, the option ROM, extended capabilities and maskable MSI behave under
// vfio-pci as its source says; no device of the guest has them.

import { describe, expect, test } from "vitest";
import { structs } from "../../src/uapi/index.js";
import { Vfio } from "../../src/uapi/requests.js";
import { type CustomOptions, custom, withCapabilities } from "./custom.js";
import { machineWith, openDevice, read, region, write } from "./fixture.js";

const CONFIG = region(7);
const ROM = region(6);

function opened(options: CustomOptions, profile: "6.1" | "6.12" = "6.1") {
  const machine = machineWith([custom(options)], { profile });
  const kernel = machine.process();
  const { device } = openDevice(kernel, "0000:00:08.0");
  return {
    kernel,
    device,
    config: (at: number, count: number) => read(kernel, device, CONFIG + at, count),
    set: (at: number, hex: string) => write(kernel, device, CONFIG + at, hex),
  };
}

describe("vital product data", () => {
  const vpd = Uint8Array.from({ length: 16 }, (_, index) => index);
  const rows = { ...withCapabilities, 64: "03 00 00 00 00 00 00 00" };

  test("writing the flag byte reads four bytes and sets the flag", () => {
    const { config, set } = opened({ rows, vpd });
    set(0x42, "0400");
    expect(config(0x42, 2)).toBe("0480");
    expect(config(0x44, 4)).toBe("04050607");
  });

  test("with the flag it writes and clears it", () => {
    const stored = Uint8Array.from(vpd);
    const { config, set } = opened({ rows, vpd: stored });
    set(0x44, "aabbccdd");
    set(0x42, "0880");
    expect(config(0x42, 2)).toBe("0800");
    expect([...stored.subarray(8, 12)]).toEqual([0xaa, 0xbb, 0xcc, 0xdd]);
  });

  test("the low byte alone does nothing, an address outside never finishes", () => {
    const { config, set } = opened({ rows, vpd });
    set(0x42, "04");
    expect(config(0x42, 2)).toBe("0400");
    set(0x42, "4000");
    expect(config(0x42, 2)).toBe("4000");
  });
});

describe("the option ROM", () => {
  const rom = Uint8Array.from({ length: 0x900 }, (_, index) => [0x55, 0xaa][index] ?? index & 0xff);

  test("is read-only, as large as its BAR, and reads ones behind its end", () => {
    const { kernel, device } = opened({ rom });
    const info = structs.regionInfo.encode({ index: 6 });
    kernel.ioctl(device, Vfio.DEVICE_GET_REGION_INFO, info);
    expect(structs.regionInfo.decode(info)).toMatchObject({ flags: 1, size: 0x1000n });
    expect(read(kernel, device, ROM, 4)).toBe("55aa0203");
    expect(read(kernel, device, ROM + 0x8fe, 4)).toBe("feffffff");
    expect(write(kernel, device, ROM, "00")).toBe("EINVAL");
  });

  test("without its signature it is not shown, though its BAR is", () => {
    const { kernel, device, config, set } = opened({ rom: new Uint8Array(0x800) });
    const info = structs.regionInfo.encode({ index: 6 });
    kernel.ioctl(device, Vfio.DEVICE_GET_REGION_INFO, info);
    expect(structs.regionInfo.decode(info)).toMatchObject({ flags: 0, size: 0n });
    set(0x30, "ffffffff");
    expect(config(0x30, 4)).toBe("01f8ffff");
  });
});

describe("extended capabilities", () => {
  const express = { ...withCapabilities, 64: "10 00 02 00" };

  test("a hidden one at the start stays as an empty one, others are skipped", () => {
    const { config } = opened({
      size: 0x1000,
      rows: {
        ...express,
        256: "1b 00 01 12", // PASID: hidden, next 0x120
        288: "01 00 01 15", // AER, next 0x150
        336: "1b 00 01 16", // PASID again, next 0x160
        352: "03 00 01 00 01 02 03 04", // serial number
      },
    });
    expect(config(0x100, 4)).toBe("00000012");
    expect(config(0x120, 4)).toBe("01000116");
    expect(config(0x160, 8)).toBe("0300010001020304");
  });

  test("vendor defined ones appear with later kernels", () => {
    const rows = { ...express, 256: "23 00 01 00 01 00 00 01", 264: "01 00" };
    expect(opened({ size: 0x1000, rows }, "6.1").config(0x100, 4)).toBe("00000000");
    expect(opened({ size: 0x1000, rows }, "6.12").config(0x100, 4)).toBe("23000100");
  });
});

describe("MSI with four vectors and masks", () => {
  const rows = { ...withCapabilities, 64: "05 00 84 01" };

  test("the user cannot ask for more than SET_IRQS gave", () => {
    const { config, set } = opened({ rows });
    set(0x42, "20");
    expect(config(0x42, 2)).toBe("0001");
    set(0x50, "0f000000");
    expect(config(0x50, 4)).toBe("0f000000");
    set(0x50, "ffffffff");
    expect(config(0x50, 4)).toBe("0f000000");
  });
});
