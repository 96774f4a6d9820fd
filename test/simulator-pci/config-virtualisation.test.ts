// Goal: configuration space as a user of vfio-pci sees it, capability by capability (3.5), also for
// capabilities that the devices of the guest do not have.

import { describe, expect, test } from "vitest";
import { type CustomOptions, custom, ramChip, withCapabilities } from "./custom.js";
import { machineWith, openDevice, read, region, write } from "./fixture.js";

const name = "0000:00:08.0";
const CONFIG = region(7);

function opened(options: CustomOptions) {
  const machine = machineWith([custom(options)]);
  const kernel = machine.process();
  const { device, ...rest } = openDevice(kernel, name);
  return {
    ...rest,
    kernel,
    config: (at: number, count: number) => read(kernel, device, CONFIG + at, count),
    set: (at: number, hex: string) => write(kernel, device, CONFIG + at, hex),
    bar: (at: number, count: number) => read(kernel, device, region(0, at), count),
    hardware: (at: number, count: number) =>
      Buffer.from(kernel.sysfs.readBytes(`/sys/bus/pci/devices/${name}/config`))
        .subarray(at, at + count)
        .toString("hex"),
  };
}

describe("the capability chain", () => {
  test("hidden capabilities are patched out of it", () => {
    const { config, hardware } = opened({
      rows: {
        ...withCapabilities,
        64: "0d 48 00 00", // SSVID: hidden
        72: "09 54 08 00 11 22 33 44", // vendor specific, 8 bytes
        84: "14 00 00 00", // EA: hidden
      },
    });
    expect(config(0x34, 1)).toBe("48");
    expect(config(0x48, 2)).toBe("0900");
    expect(hardware(0x48, 2)).toBe("0954");
  });

  test("without any the status bit goes", () => {
    const { config } = opened({ rows: { ...withCapabilities, 64: "0d 00 00 00" } });
    expect(config(0x06, 2)).toBe("0000");
  });

  test("vendor specific registers are raw, but for the chain", () => {
    const { config, set } = opened({
      rows: { ...withCapabilities, 64: "09 00 08 00 11 22 33 44" },
    });
    set(0x44, "aabbccdd");
    expect(config(0x40, 8)).toBe("0900080011223344");
  });
});

describe("power management", () => {
  const rows = { ...withCapabilities, 64: "01 00 03 fe 00 81 00 00" };

  test("events are hidden", () => {
    const { config } = opened({ rows });
    expect(config(0x40, 8)).toBe("0100030600000000");
  });

  test("a function that loses its state in D3 gets it back", () => {
    const chip = ramChip();
    const { config, set, bar } = opened({ rows, chip });
    set(0x04, "02");
    const before = config(0, 0x40);
    const resets = chip.resets;
    set(0x44, "03");
    expect(bar(0, 4)).toBe("EIO");
    expect(config(0x44, 2)).toBe("0300");
    set(0x44, "00");
    expect(chip.resets).toBe(resets + 1);
    expect(config(0, 0x40)).toBe(before);
    expect(bar(0, 4)).toBe("00000000");
  });

  test("states that the function does not have change nothing", () => {
    const { config, set } = opened({ rows: { ...rows, 66: "03 00" } });
    set(0x44, "01");
    expect(config(0x44, 1)).toBe("00");
  });

  test("states that it has are taken", () => {
    const { config, set } = opened({ rows: { ...rows, 66: "03 06" } });
    set(0x44, "02");
    expect(config(0x44, 1)).toBe("02");
  });
});

describe("resets by register", () => {
  test("advanced features: only with transactions pending too", () => {
    const chip = ramChip();
    const { config, set } = opened({
      rows: { ...withCapabilities, 64: "13 00 06 03 00 00" },
      chip,
    });
    const before = chip.resets;
    set(0x44, "01");
    expect(config(0x44, 1)).toBe("00");
    expect(chip.resets).toBe(before + 1);
  });

  test("advanced features without both bits: nothing", () => {
    const chip = ramChip();
    const { set } = opened({ rows: { ...withCapabilities, 64: "13 00 06 02 00 00" }, chip });
    set(0x44, "01");
    expect(chip.resets).toBe(0);
  });
});
