import { describe, expect, it } from "vitest";
import { startMdev } from "../../src/index.js";
import { EDU, guest, machine, program } from "./bench.js";

describe("device.display", () => {
  it("shows mdpy's framebuffer in a region", async () => {
    const on = machine();
    const administrator = on.process();
    const { name } = startMdev(administrator, { type: "mdpy-vga" });
    const { vfio } = await program(on);
    const device = await vfio.openDevice(name);
    expect(device.display.modes).toEqual(["region"]);
    const plane = device.display.plane("region");
    expect(plane).toMatchObject({ format: "XR24", width: 640, height: 480, stride: 2560 });
    const picture = device.region(plane?.source ?? 0);
    expect(picture.read(0, 4)).toEqual(new Uint8Array(4));
    expect(picture.read32(479 * 2560)).toBe(0xfefefefe);
    expect(() => device.display.plane("dmabuf")).toThrow(/EINVAL/);
    await vfio.close();
  });

  it("is nothing for a device without a screen", async () => {
    const { vfio } = await guest();
    const device = await vfio.openDevice(EDU);
    expect(device.display.modes).toEqual([]);
    expect(() => device.display.plane("region")).toThrow(/ENOTTY/);
    await vfio.close();
  });
});
