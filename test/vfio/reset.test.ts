import { describe, expect, it } from "vitest";
import { EDU, guest, NVME } from "./bench.js";

describe("MSI-X, reset and hot reset", () => {
  it("adds vectors while the others go on, where the kernel can", async () => {
    const { vfio } = await guest();
    const nvme = await vfio.openDevice(NVME);
    const { msix } = nvme.interrupts;
    expect(msix.info).toMatchObject({ count: 65, noResize: false });
    const enabled = msix.enable(2);
    msix.trigger(1);
    expect(await enabled.once()).toEqual({ vector: 1, count: 1 });
    enabled.add(3);
    expect(enabled.count).toBe(5);
    msix.trigger(4);
    expect(await enabled.once()).toEqual({ vector: 4, count: 1 });
    await vfio.close();
  });

  it("does not, where it cannot, and loses nothing by trying", async () => {
    const { vfio, files } = await guest({ profile: "6.1" });
    const nvme = await vfio.openDevice(NVME);
    const enabled = nvme.interrupts.msix.enable(2);
    const before = files();
    expect(() => enabled.add(1)).toThrow(/EINVAL/);
    expect([enabled.count, files()]).toEqual([2, before]);
    nvme.interrupts.msix.trigger(0);
    expect(await enabled.once()).toEqual({ vector: 0, count: 1 });
    await vfio.close();
  });

  it("resets a function that can be reset alone, and says what to do with others", async () => {
    const { vfio } = await guest();
    const nvme = await vfio.openDevice(NVME);
    expect(nvme.resettable).toBe(true);
    await nvme.reset();
    nvme.resetSync();
    const edu = await vfio.openDevice(EDU);
    expect(edu.resettable).toBe(false);
    await expect(edu.reset()).rejects.toThrow(/EINVAL.*hotReset/s);
    expect(() => edu.hotResetInfo()).toThrow(/ENODEV/);
    await expect(edu.hotReset()).rejects.toThrow(/ENODEV.*root bus/s);
    await vfio.close();
  });

  it("resets a bus with all that is on it", async () => {
    const { vfio } = await guest();
    const one = await vfio.openDevice("0000:02:01.0");
    expect(one.hotResetInfo().map(({ name, group }) => [name, group === one.group.id])).toEqual([
      ["0000:02:01.0", true],
      ["0000:02:02.0", true],
    ]);
    await one.hotReset();
    one.hotResetSync({ groups: [one.group] });
    await vfio.close();
  });

  it("closes what waits for a device that is reset only when that is through", async () => {
    const { vfio, files } = await guest();
    const nvme = await vfio.openDevice(NVME);
    const reset = nvme.reset();
    expect(() => nvme.closeSync()).toThrow(/reset\(\) is still running/);
    await nvme.close();
    await reset;
    await vfio.close();
    expect(files()).toBe(0);
  });
});
