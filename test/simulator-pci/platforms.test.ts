// Goal: machines without an IOMMU, without interrupt remapping, and with a display adapter.

import { describe, expect, test } from "vitest";
import { SimulatedMachine } from "../../src/simulator/machine.js";
import { type PlatformIommu, plugPci } from "../../src/simulator/pci/index.js";
import { profiles } from "../../src/simulator/profile.js";
import { structs } from "../../src/uapi/index.js";
import { Vfio } from "../../src/uapi/requests.js";
import { custom } from "./custom.js";
import { bind, machineWith, openDevice, outcome, read, region, write } from "./fixture.js";

const edu = "0000:00:05.0";

function machineBehind(iommu: PlatformIommu, noiommu = false) {
  const profile = { ...profiles["6.12"], noiommuConfig: noiommu, noiommuEnabled: noiommu };
  const machine = new SimulatedMachine({ profile });
  plugPci(machine, [{ model: "edu", address: edu }], { iommu });
  return machine.process();
}

function attach(kernel: ReturnType<typeof machineBehind>, node: string, type: number) {
  const container = kernel.open("/dev/vfio/vfio", 2);
  const group = kernel.open(node, 2);
  const fd = new Uint8Array(Int32Array.of(container).buffer);
  kernel.ioctl(group, Vfio.GROUP_SET_CONTAINER, fd);
  const set = outcome(() => kernel.ioctl(container, Vfio.SET_IOMMU, type));
  return { group, set };
}

describe("without an IOMMU", () => {
  test("functions have no group, and vfio-pci does not take them", () => {
    const kernel = machineBehind("none");
    const path = `/sys/bus/pci/devices/${edu}`;
    expect(kernel.sysfs.kind(`${path}/iommu_group`)).toBeUndefined();
    expect(kernel.sysfs.kind(`${path}/iommu`)).toBeUndefined();
    kernel.sysfs.write(`${path}/driver_override`, "vfio-pci");
    const files = "/sys/bus/pci/drivers/vfio-pci/bind";
    expect(outcome(() => kernel.sysfs.write(files, edu))).toBe("EINVAL");
  });

  test("in no-IOMMU mode a group is made up, and goes again", () => {
    const kernel = machineBehind("none", true);
    bind(kernel, edu);
    const { group, set } = attach(kernel, "/dev/vfio/noiommu-0", 8);
    expect(set).toBe(0);
    const device = kernel.ioctl(group, Vfio.GROUP_GET_DEVICE_FD, edu);
    expect(read(kernel, device, region(0), 4)).toBe("ed000001");
    for (const fd of [device, group]) kernel.close(fd);
    kernel.sysfs.write("/sys/bus/pci/drivers/vfio-pci/unbind", edu);
    expect(kernel.sysfs.kind(`/sys/bus/pci/devices/${edu}/iommu_group`)).toBeUndefined();
  });
});

describe("without interrupt remapping", () => {
  test("type 1 refuses the group", () => {
    const kernel = machineBehind("intel-without-remapping");
    bind(kernel, edu);
    expect(attach(kernel, "/dev/vfio/0", 3).set).toBe("EPERM");
  });
});

describe("a display adapter", () => {
  test("has the legacy region", () => {
    const rows = { 10: "00 03" };
    const kernel = machineWith([custom({ rows })]).process();
    const { device } = openDevice(kernel, "0000:00:08.0");
    const info = structs.regionInfo.encode({ index: 8 });
    kernel.ioctl(device, Vfio.DEVICE_GET_REGION_INFO, info);
    expect(structs.regionInfo.decode(info)).toMatchObject({ flags: 3, size: 0xc0000n });
    expect(read(kernel, device, region(8, 0xbfffe), 4)).toBe("ffff");
    expect(write(kernel, device, region(8, 0x3c0), "00")).toBe(1);
    expect(read(kernel, device, region(8, 0x3bc), 1)).toBe("EINVAL");
  });
});

describe("BARs of all kinds", () => {
  test("ports are always there and cannot be mapped, small memory can", () => {
    const kernel = machineWith([
      custom({
        bars: [
          { index: 0, size: 0x20, space: "io" },
          { index: 2, size: 0x100, space: "memory", wide: true, prefetchable: true },
        ],
      }),
    ]).process();
    const { device } = openDevice(kernel, "0000:00:08.0");
    const flags = [0, 1, 2, 3].map((index) => {
      const info = structs.regionInfo.encode({ index });
      kernel.ioctl(device, Vfio.DEVICE_GET_REGION_INFO, info);
      return structs.regionInfo.decode(info).flags;
    });
    expect(flags).toEqual([3, 0, 7, 0]);
    write(kernel, device, region(7, 0x10), "ffffffff".repeat(4));
    expect(read(kernel, device, region(7, 0x10), 16)).toBe(
      "e1ffffff" + "00000000" + "0cffffff" + "ffffffff",
    );
    write(kernel, device, region(7, 4), "01");
    write(kernel, device, region(0, 4), "01020304");
    expect(read(kernel, device, region(0, 4), 4)).toBe("01020304");
    expect(read(kernel, device, region(2), 4)).toBe("EIO");
    const map = (index: number) =>
      outcome(() => kernel.mmap(device, { offset: region(index), length: 0x1000 }).read32(0x200));
    expect([map(0), map(2)]).toEqual(["EINVAL", "EIO"]);
    write(kernel, device, region(7, 4), "02");
    expect(map(2)).toBe(0xffffffff);
  });
});
