// Goal: a screenshot is what the device shows, pixel by pixel, in a file that every viewer opens.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, inflateSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { exampleDisplay, exampleUuid } from "../../src/cli/kernel/simulated.js";
import { png } from "../../src/cli/screenshot/png.js";
import { takePicture } from "../../src/cli/screenshot/take-picture.js";
import { mbochsRegisters } from "../../src/simulator/drivers/mbochs/registers.js";
import { startMdev } from "../../src/sysfs/index.js";
import { Vfio } from "../../src/vfio/index.js";
import { vfio } from "./command-line.js";
import { machine, on } from "./machines.js";

const folder = mkdtempSync(join(tmpdir(), "vfio-screenshot-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Reads a PNG file of ours back: checks each chunk's CRC, undoes the compression. */
function readPng(bytes: Uint8Array) {
  const file = Buffer.from(bytes);
  expect(file.subarray(0, 8).toString("latin1")).toBe("\u0089PNG\r\n\u001a\n");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    expect(file.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.subarray(0, 4).toString("latin1"), body.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(["IHDR", "IDAT", "IEND"]);
  const header = chunks.get("IHDR")!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  expect([...header.subarray(8)]).toEqual([8, 2, 0, 0, 0]);
  const rows = inflateSync(chunks.get("IDAT")!);
  expect(rows.length).toBe((width * 3 + 1) * height);
  const pixel = (x: number, y: number) => {
    const at = y * (width * 3 + 1) + 1 + x * 3;
    return [...rows.subarray(at, at + 3)];
  };
  return { width, height, pixel };
}

describe("a PNG file", () => {
  it("has every pixel where it belongs", () => {
    const rgb = Uint8Array.from({ length: 3 * 5 * 3 }, (_, at) => at * 5);
    const { width, height, pixel } = readPng(png({ width: 3, height: 5, rgb }));
    expect([width, height]).toEqual([3, 5]);
    expect(pixel(2, 4)).toEqual([...rgb.subarray(42, 45)]);
    expect(pixel(0, 1)).toEqual([...rgb.subarray(9, 12)]);
  });
});

describe("vfio screenshot", () => {
  it("shows mdpy's gradient, which is in a region", async () => {
    const file = join(folder, "mdpy.png");
    const { code, out } = await vfio(["screenshot", exampleDisplay, file], {
      openKernel: on(machine()),
    });
    expect([code, out]).toEqual([0, `${file}: 640 x 480, XR24 by region\n`]);
    const { width, height, pixel } = readPng(readFileSync(file));
    expect([width, height]).toEqual([640, 480]);
    for (const [y, shade] of [
      [0, 0x00],
      [60, 0x1f],
      [240, 0x7f],
      [479, 0xfe],
    ] as const) {
      expect(pixel(y, y)).toEqual([shade, shade, shade]);
    }
  });

  it("shows mbochs' video memory, which no dma-buf of it shows", async () => {
    const kernel = machine().process();
    const { name } = startMdev(kernel, { type: "mbochs-small" });
    await using opened = await Vfio.open({ kernel });
    const device = await opened.openDevice(name);
    expect(() => takePicture(device)).toThrow(/is off: nobody has set a mode/);
    const registers = device.region(2).registers(mbochsRegisters);
    registers.width.write(64);
    registers.height.write(64);
    registers.depth.write(32);
    registers.yOffset.write(2);
    registers.xOffset.write(5);
    registers.enable.writeFields({ display: true, linear: true });
    const at = (x: number, y: number) => (y + 2) * 64 * 4 + (x + 5) * 4;
    device.region(0).write(at(0, 0), Uint8Array.from([0x10, 0x20, 0x30, 0]));
    device.region(0).write(at(63, 63), Uint8Array.from([1, 2, 3, 0]));
    const { plane, picture } = takePicture(device);
    expect(plane).toMatchObject({ mode: "dmabuf", format: "XR24", width: 64, height: 64 });
    const { pixel } = readPng(png(picture));
    expect([pixel(0, 0), pixel(63, 63), pixel(1, 0)]).toEqual([
      [0x30, 0x20, 0x10],
      [3, 2, 1],
      [0, 0, 0],
    ]);
  });

  it.each([
    [[exampleUuid, join(folder, "none.png")], /has no screen/],
    [["00:05.0", join(folder, "none.png")], /has no screen/],
    [[exampleDisplay, join(folder, "no", "such.png")], /ENOENT.*such\.png/],
  ])("refuses %j", async (argv, message) => {
    const { code, err } = await vfio(["screenshot", ...argv], { openKernel: on(machine()) });
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });
});
