import { describe, expect, it } from "vitest";
import { pci } from "../../src/index.js";
import { guest, NVME } from "./bench.js";

describe("device.lowPower", () => {
  it("takes BARs away until it is left", async () => {
    const { vfio } = await guest();
    const device = await vfio.openDevice(NVME);
    const bar = device.region(pci.BAR0);
    bar.read32(0);
    device.lowPower.enter();
    expect(() => bar.read32(0)).toThrow(/EIO/);
    device.lowPower.exit();
    bar.read32(0);
    expect(() => device.lowPower.enterWithWakeup(9999)).toThrow(/EBADF/);
    for (const wrong of [-1, 0.5, Number.NaN]) {
      expect(() => device.lowPower.enterWithWakeup(wrong)).toThrow(RangeError);
    }
    await vfio.close();
  });
});
