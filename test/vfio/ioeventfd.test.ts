import { describe, expect, it } from "vitest";
import { pci } from "../../src/index.js";
import { EDU, guest } from "./bench.js";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("region.ioeventfd", () => {
  it("has the kernel write when it is signaled", async () => {
    const { vfio, files } = await guest();
    const device = await vfio.openDevice(EDU);
    const bar = device.region(pci.BAR0);
    const before = files();
    const knock = bar.ioeventfd({ offset: 4, width: 4, value: 0x1234 });
    knock.signal();
    await nextTurn();
    expect(bar.read32(4)).toBe(~0x1234 >>> 0);
    expect(() => bar.ioeventfd({ offset: 4, width: 4, value: 0x1234 })).toThrow(/EEXIST/);
    knock.closeSync();
    expect(files()).toBe(before);
    for (const wrong of [
      { offset: -4 },
      { offset: 0.5 },
      { offset: 2 ** 20 },
      { value: 2 ** 32 },
      { width: 3 },
    ]) {
      const options = { offset: 4, width: 4, value: 1, ...wrong } as never;
      expect(() => bar.ioeventfd(options)).toThrow(RangeError);
    }
    expect(files()).toBe(before);
    await vfio.close();
  });
});
