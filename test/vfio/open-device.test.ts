import { describe, expect, it } from "vitest";
import { pci, Vfio } from "../../src/index.js";
import { startMdev } from "../../src/sysfs/index.js";

const uuid = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";

describe("vfio.openDevice", () => {
  it("opens group, container, IOMMU and device in one, and leaves nothing when closed", async () => {
    await using vfio = await Vfio.simulate({ clock: "manual" });
    startMdev(vfio.kernel, { type: "mtty-2", uuid });
    const device = await vfio.openDevice(uuid);
    expect(device.api).toBe("pci");
    expect(device.config.vendorId).toBe(0x4348);
    expect(device.group.status()).toEqual({ viable: true, containerSet: true });
    const uart = device.region(pci.BAR0);
    uart.write8(7, 0x5a);
    expect(uart.read8(7)).toBe(0x5a);
    await device.close();
    expect(() => uart.read8(7)).toThrow("is closed");
  });
});
