// Goal: resets hit what they hit on the real machine, and tests can make them fail (3.7).

import { describe, expect, test } from "vitest";
import { guestFixtures } from "../../src/simulator/fixtures.js";
import { pciHost } from "../../src/simulator/pci/index.js";
import { structs } from "../../src/uapi/index.js";
import { Vfio } from "../../src/uapi/requests.js";
import {
  bind,
  counted,
  irqs,
  machineWith,
  openDevice,
  outcome,
  read,
  region,
  write,
} from "./fixture.js";

const a = "0000:02:01.0";
const b = "0000:02:02.0";
const alone = "0000:04:00.0";
const nvme = "0000:03:00.0";

function guest() {
  const machine = machineWith(guestFixtures);
  return { machine, kernel: machine.process() };
}

describe("reset of one function", () => {
  test("keeps registers that the kernel knows, and bytes that nobody knows", () => {
    const { kernel } = guest();
    const { device } = openDevice(kernel, alone);
    write(kernel, device, region(7, 0x50), "a5a5a5a5");
    write(kernel, device, region(0, 4), "00000000");
    const before = read(kernel, device, region(7), 0x60);
    expect(outcome(() => kernel.ioctl(device, Vfio.DEVICE_RESET, 0))).toBe(0);
    expect(read(kernel, device, region(7), 0x60)).toBe(before);
    expect(read(kernel, device, region(0, 4), 4)).toBe("ffffffff");
  });

  test("lowers the line", () => {
    const { kernel } = guest();
    const { device } = openDevice(kernel, alone);
    write(kernel, device, region(0, 0x60), "01000000");
    expect(read(kernel, device, region(7, 6), 2)).toBe("1800");
    kernel.ioctl(device, Vfio.DEVICE_RESET, 0);
    expect(read(kernel, device, region(7, 6), 2)).toBe("1000");
  });

  test("is not to be had with a neighbour on the bus", () => {
    const { kernel } = guest();
    const { device } = openDevice(kernel, a);
    expect(outcome(() => kernel.ioctl(device, Vfio.DEVICE_RESET, 0))).toBe("EINVAL");
    const reset = `/sys/bus/pci/devices/${a}/reset`;
    expect(outcome(() => kernel.sysfs.write(reset, "1"))).toBe("ENOTTY");
  });

  test("methods can be chosen", () => {
    const { kernel } = guest();
    const file = `/sys/bus/pci/devices/${nvme}/reset_method`;
    const set = (value: string) => outcome(() => kernel.sysfs.write(file, value));
    expect([set("pm"), set("bus\n"), kernel.sysfs.read(file)]).toEqual(["EINVAL", 4, "bus\n"]);
    expect([set("default"), kernel.sysfs.read(file)]).toEqual([7, "flr bus\n"]);
  });
});

describe("reset of a bus", () => {
  test("needs every function of it", () => {
    const { kernel } = guest();
    bind(kernel, b);
    const { device, group } = openDevice(kernel, a);
    write(kernel, device, region(0, 0x60), "01000000");
    const request = structs.pciHotReset.encode({ count: 1 }, 4);
    new DataView(request.buffer).setInt32(12, group, true);
    const hotReset = () => outcome(() => kernel.ioctl(device, Vfio.DEVICE_PCI_HOT_RESET, request));
    expect(hotReset()).toBe(0);
    expect(read(kernel, device, region(7, 6), 2)).toBe("1000");
    kernel.sysfs.write("/sys/bus/pci/drivers/vfio-pci/unbind", b);
    expect(hotReset()).toBe("EINVAL");
  });
});

describe("faults on demand", () => {
  test("a reset that fails", () => {
    const { machine, kernel } = guest();
    machine.faults.device(nvme).reset = "ETIMEDOUT";
    const first = openDevice(kernel, nvme);
    const info = structs.deviceInfo.encode({});
    kernel.ioctl(first.device, Vfio.DEVICE_GET_INFO, info);
    expect(structs.deviceInfo.decode(info).flags & 1).toBe(0);
  });

  test("a device that has fallen off its bus", () => {
    const { machine, kernel } = guest();
    const { device } = openDevice(kernel, nvme);
    const event = kernel.eventfd();
    irqs(kernel, device, [0x24, 3, 0, 1], [event]);
    machine.faults.device(nvme).lost = true;
    expect(read(kernel, device, region(7, 0x80), 4)).toBe("ff60ffff");
    expect(read(kernel, device, region(0), 4)).toBe("ffffffff");
    pciHost(machine).find(nvme)?.reportError();
    expect(counted(kernel, event)).toBe(1);
    machine.faults.clear();
    expect(read(kernel, device, region(0), 4)).toBe("ff07010f");
  });
});

describe("found again", () => {
  test("a rescan finds what was removed, unbound and with a new group", () => {
    const { kernel } = guest();
    bind(kernel, alone);
    kernel.sysfs.write(`/sys/bus/pci/devices/${alone}/remove`, "1");
    kernel.sysfs.write("/sys/bus/pci/rescan", "1");
    const path = `/sys/bus/pci/devices/${alone}`;
    expect(kernel.sysfs.read(`${path}/driver_override`)).toBe("(null)\n");
    expect(kernel.sysfs.kind(`${path}/driver`)).toBeUndefined();
    expect(kernel.sysfs.kind(`${path}/iommu_group`)).toBe("link");
    expect(openDevice(kernel, alone).device).toBeGreaterThan(0);
  });

  test("bridges before what is behind them", () => {
    const { kernel } = guest();
    kernel.sysfs.write("/sys/bus/pci/devices/0000:00:01.0/remove", "1");
    kernel.sysfs.write("/sys/bus/pci/rescan", "1");
    const shared = (name: string) =>
      kernel.sysfs.readlink(`/sys/bus/pci/devices/${name}/iommu_group`);
    expect(shared(a)).toBe(shared(b));
    expect(kernel.sysfs.readlink("/sys/class/pci_bus/0000:02")).toContain("0000:01:00.0");
  });
});
