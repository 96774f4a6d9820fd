// Goal: mdpy's picture, its memory and its bug, which can be switched off.

import { expect, test } from "vitest";
import { MdpyDisplay } from "../../src/simulator/drivers/mdpy/display.js";
import { Vfio } from "../../src/uapi/index.js";
import { openNew, sampleMachine } from "./opened-device.js";
import { readByte, readBytes, word } from "./requests.js";

const framebuffer = 0x1000;

test("the display starts as a gradient in the next power of two of memory", () => {
  const display = new MdpyDisplay(640, 480);
  expect([display.stride, display.memory.length]).toEqual([2560, 0x20_0000]);
  const rows = [0, 60, 120, 240, 479].map((row) => display.memory[row * display.stride]);
  expect(rows).toEqual([0x00, 0x1f, 0x3f, 0x7f, 0xfe]);
  expect(display.memory[480 * 2560]).toBe(0);
  display.memory.fill(0x55);
  display.reset();
  expect([display.memory[60 * 2560], display.memory[480 * 2560]]).toEqual([0x1f, 0x55]);
});

test("file accesses hit offset 0, as the driver has it", () => {
  const { kernel } = sampleMachine();
  const { device } = openNew(kernel, "mdpy-vga");
  kernel.pwrite(device, word(0x12345678), framebuffer + 0x10000);
  expect(readBytes(kernel, device, framebuffer, 4)).toEqual(word(0x12345678));
  const mapping = kernel.mmap(device, { offset: framebuffer, length: 0x20_0000 });
  expect([mapping.read32(0), mapping.read32(0x10000)]).toEqual([0x12345678, 0x0d0d0d0d]);
  mapping.close();
});

test("file accesses hit where they are meant to, without that quirk", () => {
  const { kernel } = sampleMachine({ withoutQuirks: ["mdpy-offset-zero"] });
  const { device } = openNew(kernel, "mdpy-vga");
  kernel.pwrite(device, word(0x12345678), framebuffer + 0x10000);
  expect(readBytes(kernel, device, framebuffer + 0x10000, 4)).toEqual(word(0x12345678));
  expect(readByte(kernel, device, framebuffer)).toBe(0);
  expect(() => readBytes(kernel, device, framebuffer + 0x20_0000 - 2, 4)).toThrow(/EFAULT/);
});

test("memory belongs to the device, not to its opening; a reset paints it anew", () => {
  const { kernel } = sampleMachine();
  const { device } = openNew(kernel, "mdpy-xga");
  const mapping = kernel.mmap(device, { offset: framebuffer, length: 4096 });
  mapping.write32(0, 0xcafe);
  kernel.ioctl(device, Vfio.DEVICE_RESET, 0);
  expect(mapping.read32(0)).toBe(0);
  mapping.write32(4, 0xbeef);
  mapping.close();
  expect(readBytes(kernel, device, framebuffer, 8)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0));
  const again = kernel.mmap(device, { offset: framebuffer, length: 4096 });
  expect(again.read32(4)).toBe(0xbeef);
  again.close();
});
