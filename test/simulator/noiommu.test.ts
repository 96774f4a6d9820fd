// Goal: groups without an IOMMU behave as drivers/vfio does when that mode is built in and switched
// on (section 1.9 of the kernel's semantics, vectors 230 to 232).

import { describe, expect, it } from "vitest";
import { OpenFlags } from "../../src/kernel.js";
import { registerGroupDevice, VfioDevice } from "../../src/simulator/core/vfio-device.js";
import { type Profile, profiles } from "../../src/simulator/profile.js";
import { Vfio } from "../../src/uapi/index.js";
import { answer, Bench, TestDevice } from "./fixtures.js";

const profile: Profile = { ...profiles["6.12"], noiommuConfig: true, noiommuEnabled: true };
const NAME = "0000:00:05.0";

function plugged() {
  const bench = new Bench({ profile });
  const directory = bench.machine.sysfs.walk(`devices/pci0000:00/${NAME}`);
  const ops = new TestDevice();
  const device = new VfioDevice({ machine: bench.machine, name: NAME, ops, directory });
  expect(registerGroupDevice(device, undefined)).toBe(0);
  const path = `/dev/vfio/noiommu-${device.group?.id}`;
  return { bench, device, path, open: () => bench.kernel.open(path, OpenFlags.readWrite) };
}

describe("a device without an IOMMU", () => {
  it("cannot be registered unless the mode is on", () => {
    const bench = new Bench();
    const directory = bench.machine.sysfs.walk(`devices/pci0000:00/${NAME}`);
    const options = { machine: bench.machine, name: NAME, ops: new TestDevice(), directory };
    expect(registerGroupDevice(new VfioDevice(options), undefined)).toBe(-22);
  });

  it("has a node of its own kind, for those who may do raw I/O", () => {
    const { bench, device, path, open } = plugged();
    expect(answer(() => bench.kernel.open(`/dev/vfio/${device.group?.id}`, 2))).toBe("ENOENT");
    expect(open()).toBeGreaterThan(2);
    const user = bench.machine.process({ uid: 1000 });
    expect(answer(() => user.open(path, 2))).toBe("EACCES");
    const node = bench.machine.devfs.get(path);
    if (node !== undefined) node.mode = 0o666;
    expect(answer(() => user.open(path, 2))).toBe("EPERM");
    expect(bench.kernel.sysfs.list("/sys/class/vfio")).toEqual([`noiommu-${device.group?.id}`]);
  });

  it("takes the type that translates nothing, and nothing else", () => {
    const { bench, open } = plugged();
    const { kernel } = bench;
    const container = bench.openContainer();
    const ask = (extension: number) => kernel.ioctl(container, Vfio.CHECK_EXTENSION, extension);
    const set = (type: number) => answer(() => kernel.ioctl(container, Vfio.SET_IOMMU, type));
    expect(ask(8)).toBe(1);
    const group = open();
    bench.setContainer(group, container);
    expect([1, 3, 6, 9, 8].map(ask)).toEqual([0, 0, 0, 0, 1]);
    expect([3, 1, 8, 8].map(set)).toEqual(["ENODEV", "ENODEV", 0, "EINVAL"]);
    expect([1, 3, 8].map(ask)).toEqual([0, 0, 1]);
    for (const request of [Vfio.IOMMU_MAP_DMA, Vfio.IOMMU_GET_INFO, 0x3b00 | 250]) {
      expect(answer(() => kernel.ioctl(container, request, 0))).toBe("ENOTTY");
    }
    expect(kernel.ioctl(group, Vfio.GROUP_GET_DEVICE_FD, NAME)).toBeGreaterThan(2);
  });

  it("does not mix with other groups", () => {
    const { bench, open } = plugged();
    const emulated = bench.addEmulated("dev", new TestDevice());
    const other = bench.openGroup(emulated.group);
    const group = open();
    const container = bench.openContainer();
    bench.setContainer(group, container);
    expect(answer(() => bench.setContainer(other, container))).toBe("EPERM");
    const theirs = bench.openContainer();
    bench.setContainer(other, theirs);
    expect(answer(() => bench.kernel.ioctl(theirs, Vfio.SET_IOMMU, 8))).toBe("ENODEV");
    bench.kernel.ioctl(group, Vfio.GROUP_UNSET_CONTAINER, 0);
    expect(answer(() => bench.setContainer(group, theirs))).toBe("EPERM");
  });
});

describe("the mode", () => {
  it("is a parameter of the module, where it is built in", () => {
    const path = "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode";
    const { kernel, machine } = new Bench({ profile });
    expect(kernel.sysfs.read(path)).toBe("Y\n");
    expect(kernel.sysfs.write(path, "0\n")).toBe(2);
    expect(machine.noiommu.enabled).toBe(false);
    const container = kernel.open("/dev/vfio/vfio", OpenFlags.readWrite);
    expect(kernel.ioctl(container, Vfio.CHECK_EXTENSION, 8)).toBe(0);
    expect(answer(() => kernel.sysfs.write(path, "maybe"))).toBe("EINVAL");
    expect(answer(() => new Bench().kernel.sysfs.read(path))).toBe("ENOENT");
  });
});
