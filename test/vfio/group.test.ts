import { describe, expect, it } from "vitest";
import { unbind } from "../../src/index.js";
import { EDU, guest } from "./bench.js";

describe("a group that is not viable", () => {
  it("is refused, with the device that blocks it", async () => {
    const { vfio, machine: on, files } = await guest();
    const administrator = on.process();
    await unbind(administrator, "0000:02:02.0");
    const other = "/sys/bus/pci/devices/0000:02:02.0";
    administrator.sysfs.write(`${other}/driver_override`, "uio_pci_generic");
    administrator.sysfs.write("/sys/bus/pci/drivers_probe", "0000:02:02.0");
    const error = await vfio.openDevice("0000:02:01.0").catch((reason) => reason);
    expect(error.code).toBe("EPERM");
    expect(error.hint).toMatch(/not viable: 0000:02:02.0 is bound to uio_pci_generic/);
    await vfio.close();
    expect(files()).toBe(0);
  });
});

describe("a group that VFIO does not have", () => {
  it("is refused, with what is to be bound", async () => {
    const { vfio, machine: on } = await guest();
    const id = (await vfio.openDevice(EDU)).group.id;
    await vfio.groups[0]?.close();
    await unbind(on.process(), EDU);
    await expect(vfio.openDevice(EDU)).rejects.toThrow(
      /ENOENT.*0000:00:05.0 has no driver; VFIO does not have it: `sudo vfio bind 0000:00:05.0`/s,
    );
    expect(() => vfio.openGroupSync(id)).toThrow(/sudo vfio bind 0000:00:05.0/);
    expect(() => vfio.openGroupSync(0)).toThrow(/Group 0 has no device that VFIO could have/);
    expect(() => vfio.openGroupSync(999)).toThrow(/There is no IOMMU group 999/);
    for (const wrong of [-1, 0.5, Number.NaN]) {
      expect(() => vfio.openGroupSync(wrong)).toThrow(RangeError);
    }
    await vfio.close();
  });
});
