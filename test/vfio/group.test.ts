import { describe, expect, it } from "vitest";
import { unbind } from "../../src/index.js";
import { guest } from "./bench.js";

describe("a group that is not viable", () => {
  it("is refused, with the device that blocks it", async () => {
    const { vfio, machine: on, files } = await guest();
    const administrator = on.process();
    await unbind(administrator, "0000:02:02.0");
    administrator.sysfs.write(
      "/sys/bus/pci/devices/0000:02:02.0/driver_override",
      "uio_pci_generic",
    );
    administrator.sysfs.write("/sys/bus/pci/drivers_probe", "0000:02:02.0");
    const error = await vfio.openDevice("0000:02:01.0").catch((reason) => reason);
    expect(error.code).toBe("EPERM");
    expect(error.hint).toMatch(/not viable: 0000:02:02.0 is bound to uio_pci_generic/);
    await vfio.close();
    expect(files()).toBe(0);
  });
});
