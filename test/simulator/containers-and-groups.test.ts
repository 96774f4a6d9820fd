// Goal: containers and groups answer as drivers/vfio does, vector by vector (section 7.1 of the
// kernel's semantics), on every profile where kernels differ.

import { describe, expect, it } from "vitest";
import { OpenFlags } from "../../src/kernel.js";
import { unregisterDevice } from "../../src/simulator/core/vfio-device.js";
import { structs, Vfio } from "../../src/uapi/index.js";
import { answer, Bench, int, profileNames, TestDevice } from "./fixtures.js";

function emulated(options = {}) {
  const bench = new Bench(options);
  return { bench, ...bench.addEmulated("dev", new TestDevice()) };
}

function status(bench: Bench, group: number): string | number {
  const bytes = structs.groupStatus.encode({});
  const result = answer(() => bench.kernel.ioctl(group, Vfio.GROUP_GET_STATUS, bytes));
  return result === 0 ? structs.groupStatus.decode(bytes).flags : result;
}

describe("a container alone", () => {
  it.each(profileNames)("answers extensions on %s", (profile) => {
    const { kernel } = new Bench({ profile });
    const container = kernel.open("/dev/vfio/vfio", OpenFlags.readWrite);
    const ask = (extension: number) => kernel.ioctl(container, Vfio.CHECK_EXTENSION, extension);
    const nesting = profile === "7.2" ? 0 : 1;
    expect(kernel.ioctl(container, Vfio.GET_API_VERSION, 0)).toBe(0);
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(ask)).toEqual([
      0,
      1,
      0,
      1,
      0,
      0,
      nesting,
      0,
      0,
      1,
      0,
      0,
      0,
    ]);
    expect(ask(-1)).toBe(0);
  });

  it("has no IOMMU to ask", () => {
    const { kernel } = new Bench();
    const container = kernel.open("/dev/vfio/vfio", OpenFlags.readWrite);
    for (const type of [1, 99]) {
      expect(answer(() => kernel.ioctl(container, Vfio.SET_IOMMU, type))).toBe("EINVAL");
    }
    for (const request of [Vfio.IOMMU_GET_INFO, Vfio.IOMMU_MAP_DMA, 0x3b00 | 250]) {
      expect(answer(() => kernel.ioctl(container, request, 0))).toBe("EINVAL");
    }
    expect(answer(() => kernel.read(container, new Uint8Array(4)))).toBe("EINVAL");
    expect(answer(() => kernel.mmap(container, { offset: 0, length: 4096 }))).toBe("ENODEV");
  });
});

describe("a group without a container", () => {
  it("opens once in the whole system", () => {
    const { bench, group } = emulated();
    const fd = bench.openGroup(group);
    expect(answer(() => bench.openGroup(group))).toBe("EBUSY");
    expect(answer(() => bench.openGroup(group, bench.machine.process()))).toBe("EBUSY");
    const twin = bench.kernel.dup(fd);
    bench.kernel.close(fd);
    expect(answer(() => bench.openGroup(group))).toBe("EBUSY");
    bench.kernel.close(twin);
    expect(bench.openGroup(group)).toBe(fd);
  });

  it("answers its requests", () => {
    const { bench, group } = emulated();
    const fd = bench.openGroup(group);
    const { kernel } = bench;
    const call = (request: number, argument: number | string | Uint8Array) =>
      answer(() => kernel.ioctl(fd, request, argument));
    expect(status(bench, fd)).toBe(1);
    const short = structs.groupStatus.encode({ argsz: 7 });
    expect(call(Vfio.GROUP_GET_STATUS, short)).toBe("EINVAL");
    expect(call(Vfio.GROUP_GET_STATUS, 0)).toBe("EFAULT");
    expect(call(Vfio.GROUP_UNSET_CONTAINER, 0)).toBe("EINVAL");
    expect(call(Vfio.GROUP_GET_DEVICE_FD, "dev")).toBe("EINVAL");
    expect(call(Vfio.GROUP_GET_DEVICE_FD, "nonexist")).toBe("ENODEV");
    expect(call(Vfio.GROUP_GET_DEVICE_FD, 0)).toBe("EFAULT");
    expect(call(0x3b00 | 250, 0)).toBe("ENOTTY");
    expect(call(Vfio.GROUP_SET_CONTAINER, 0)).toBe("EFAULT");
    expect(call(Vfio.GROUP_SET_CONTAINER, int(-1))).toBe("EBADF");
    expect(call(Vfio.GROUP_SET_CONTAINER, int(999))).toBe("EBADF");
    const wide = structs.groupStatus.encode({ argsz: 64 });
    expect(kernel.ioctl(fd, Vfio.GROUP_GET_STATUS, wide)).toBe(0);
    expect(structs.groupStatus.decode(wide).argsz).toBe(64);
  });

  it.each(profileNames)("takes containers only on %s", (profile) => {
    const { bench, group } = emulated({ profile });
    const fd = bench.openGroup(group);
    const other = bench.kernel.open("/dev/null", OpenFlags.readWrite);
    const expected = profile === "6.1" ? "EINVAL" : "EBADFD";
    expect(answer(() => bench.setContainer(fd, other))).toBe(expected);
    expect(answer(() => bench.setContainer(fd, fd))).toBe(expected);
  });
});

describe("a group in a container", () => {
  it("keeps its container", () => {
    const { bench, group } = emulated();
    const fd = bench.openGroup(group);
    const container = bench.openContainer();
    expect(bench.setContainer(fd, container)).toBe(0);
    expect(status(bench, fd)).toBe(3);
    expect(answer(() => bench.setContainer(fd, container))).toBe("EINVAL");
    expect(answer(() => bench.setContainer(fd, bench.openContainer()))).toBe("EINVAL");
    expect(answer(() => bench.setContainer(fd, 999))).toBe("EBADF");
    const terminal = bench.kernel.open("/dev/null", OpenFlags.readOnly);
    expect(answer(() => bench.setContainer(fd, terminal))).toBe("EINVAL");
  });

  it("takes one IOMMU of a type that fits", () => {
    const { bench, group } = emulated();
    const container = bench.openContainer();
    bench.setContainer(bench.openGroup(group), container);
    const set = (type: number) => answer(() => bench.kernel.ioctl(container, Vfio.SET_IOMMU, type));
    expect([0, 2, 4, 5, 7, 8, 10, 11, 12].map(set)).toEqual(Array(9).fill("ENODEV"));
    expect([9, 3, 3, 99].map(set)).toEqual(["EINVAL", 0, "EINVAL", "EINVAL"]);
    const ask = (extension: number) =>
      bench.kernel.ioctl(container, Vfio.CHECK_EXTENSION, extension);
    expect([ask(4), ask(10)]).toEqual([1, 0]);
    for (const request of [0x3b00 | 250, Vfio.IOMMU_ENABLE, Vfio.IOMMU_DISABLE]) {
      expect(answer(() => bench.kernel.ioctl(container, request, 0))).toBe("ENOTTY");
    }
  });

  it.each(profileNames)("nests until 7.2: %s", (profile) => {
    const { bench, group } = emulated({ profile });
    const container = bench.openContainer();
    bench.setContainer(bench.openGroup(group), container);
    const nested = answer(() => bench.kernel.ioctl(container, Vfio.SET_IOMMU, 6));
    expect(nested).toBe(profile === "7.2" ? "ENODEV" : 0);
  });

  it("stays attached while a device is open", () => {
    const { bench, group } = emulated();
    const { kernel } = bench;
    const { fd } = bench.attach(group);
    const unset = () => answer(() => kernel.ioctl(fd, Vfio.GROUP_UNSET_CONTAINER, 0));
    const first = kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
    const second = kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
    const twin = kernel.dup(second);
    expect(second).not.toBe(first);
    const busy = [unset()];
    for (const open of [first, second]) {
      kernel.close(open);
      busy.push(unset());
    }
    kernel.close(twin);
    expect([...busy, unset()]).toEqual(["EBUSY", "EBUSY", "EBUSY", 0]);
  });

  it("outlives the closing of its file while a device is open", () => {
    const { bench, group, ops } = emulated();
    const { kernel } = bench;
    const { container, fd } = bench.attach(group);
    const device = kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
    kernel.close(fd);
    kernel.close(container);
    expect(answer(() => bench.openGroup(group))).toBe("EBUSY");
    expect(kernel.ioctl(device, Vfio.DEVICE_RESET, 0)).toBe(0);
    kernel.close(device);
    expect([ops.opens, ops.closes]).toEqual([1, 1]);
    expect(status(bench, bench.openGroup(group))).toBe(1);
  });

  it("is held by a mapping too", () => {
    const { bench, group } = emulated();
    const { kernel } = bench;
    const { fd, container } = bench.attach(group);
    const device = kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
    const mapping = kernel.mmap(device, { offset: 0, length: 4096 });
    for (const open of [device, fd, container]) kernel.close(open);
    expect(answer(() => bench.openGroup(group))).toBe("EBUSY");
    mapping.write32(8, 0x1234_5678);
    expect(mapping.read32(8)).toBe(0x1234_5678);
    mapping.close();
    expect(status(bench, bench.openGroup(group))).toBe(1);
  });

  it("leaves the container without an IOMMU", () => {
    const { bench, group } = emulated();
    const { kernel } = bench;
    const { container, fd } = bench.attach(group);
    const info = () => answer(() => kernel.ioctl(container, Vfio.IOMMU_GET_INFO, 0));
    kernel.ioctl(fd, Vfio.GROUP_UNSET_CONTAINER, 0);
    expect(info()).toBe("EINVAL");
    expect(answer(() => kernel.ioctl(container, Vfio.SET_IOMMU, 3))).toBe("EINVAL");
    bench.setContainer(fd, container);
    expect(kernel.ioctl(container, Vfio.SET_IOMMU, 1)).toBe(0);
    kernel.close(fd);
    expect(info()).toBe("EINVAL");
    expect(kernel.ioctl(container, Vfio.CHECK_EXTENSION, 4)).toBe(0);
  });

  it("keeps what is mapped while another group is in it", () => {
    const { bench, group } = emulated();
    const second = bench.addEmulated("second", new TestDevice());
    const { container, dma } = bench.attach(group);
    const other = bench.openGroup(second.group);
    expect(bench.setContainer(other, container)).toBe(0);
    expect(dma.map(3, 0n, 0x1000n, 0x1000n)).toBe(0);
    expect(bench.kernel.ioctl(other, Vfio.GROUP_UNSET_CONTAINER, 0)).toBe(0);
    expect(dma.unmap(0, 0x1000n, 0x1000n)).toEqual([0, 0x1000n]);
  });
});

describe("GET_DEVICE_FD", () => {
  it("takes names as they are", () => {
    const { bench, group } = emulated();
    const { fd } = bench.attach(group);
    const get = (name: string) =>
      answer(() => bench.kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, name));
    expect(get("")).toBe("ENODEV");
    expect(get("DEV")).toBe("ENODEV");
    expect(get("x".repeat(5999))).toBe("EINVAL");
    expect(get("x".repeat(4096))).toBe("EINVAL");
    expect(get("x".repeat(4095))).toBe("ENODEV");
  });

  it("runs out of descriptors before it asks for a container", () => {
    const { bench, group } = emulated();
    const kernel = bench.machine.process({ maxFiles: 4 });
    const fd = bench.openGroup(group, kernel);
    expect(answer(() => kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev"))).toBe("EMFILE");
  });

  it("works on files that were opened for reading", () => {
    const { bench, group } = emulated();
    const { kernel } = bench;
    const container = kernel.open("/dev/vfio/vfio", OpenFlags.readOnly);
    const fd = kernel.open(`/dev/vfio/${group.id}`, OpenFlags.readOnly);
    bench.setContainer(fd, container);
    kernel.ioctl(container, Vfio.SET_IOMMU, 3);
    const device = kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
    expect(kernel.pwrite(device, Uint8Array.of(1, 2), 0)).toBe(2);
    expect(answer(() => kernel.read(fd, new Uint8Array(1)))).toBe("EINVAL");
    expect(answer(() => kernel.write(container, new Uint8Array(1)))).toBe("EBADF");
  });
});

describe("viability", () => {
  it("is lost to a sibling with a driver that does DMA", () => {
    const bench = new Bench();
    const group = bench.newGroup();
    const sibling = { name: "0000:02:02.0", usesDmaApi: true };
    const directory = bench.machine.sysfs.walk("devices/pci0000:00/0000:02:02.0");
    group.add({ ...sibling, directory });
    bench.addHardware("0000:02:01.0", new TestDevice(), { group });
    const fd = bench.openGroup(group);
    expect(status(bench, fd)).toBe(0);
    expect(answer(() => bench.setContainer(fd, bench.openContainer()))).toBe("EPERM");
    for (const member of [...group.members]) if (member.usesDmaApi) group.remove(member);
    expect(status(bench, fd)).toBe(1);
    expect(bench.setContainer(fd, bench.openContainer())).toBe(0);
    expect(group.owner).toBeDefined();
  });
});

describe("removal", () => {
  it("does not wait for containers and groups", () => {
    const { bench, group, device } = emulated();
    const { kernel } = bench;
    const { container, fd } = bench.attach(group);
    expect(unregisterDevice(device).result).toBe(0);
    expect(status(bench, fd)).toBe("ENODEV");
    expect(answer(() => kernel.ioctl(fd, Vfio.GROUP_UNSET_CONTAINER, 0))).toBe("EINVAL");
    expect(answer(() => kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev"))).toBe("ENODEV");
    expect(answer(() => bench.setContainer(fd, container))).toBe("ENODEV");
    expect(answer(() => kernel.ioctl(container, Vfio.IOMMU_GET_INFO, 0))).toBe("EINVAL");
    expect(answer(() => bench.openGroup(group))).toBe("ENOENT");
    expect(bench.machine.groups.get(group.id)).toBeUndefined();
  });

  it.each(profileNames)("waits for open devices on %s", (profile) => {
    const { bench, group, device, ops } = emulated({ profile });
    const { kernel, machine } = bench;
    const { fd } = bench.attach(group);
    const open = kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
    const removal = unregisterDevice(device);
    expect([removal.result, ops.requests]).toEqual([undefined, [0]]);
    machine.clock.advance(9_999);
    expect(ops.requests).toEqual([0]);
    machine.clock.advance(1);
    machine.clock.advance(10_000);
    expect(ops.requests).toEqual([0, 1, 2]);
    expect(status(bench, fd)).toBe(3);
    expect(kernel.ioctl(open, Vfio.DEVICE_RESET, 0)).toBe(0);
    const again = answer(() => kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev"));
    if (profile === "6.1") kernel.close(again as number);
    else expect(again).toBe("ENODEV");
    kernel.close(open);
    expect(removal.result).toBe(0);
    expect(status(bench, fd)).toBe("ENODEV");
    machine.clock.advance(60_000);
    expect(ops.requests).toHaveLength(3);
  });

  it("gives the number back while the old file is open", () => {
    const { bench, group, device } = emulated();
    const old = bench.openGroup(group);
    unregisterDevice(device);
    const next = bench.addEmulated("next", new TestDevice());
    expect(next.group.id).toBe(group.id);
    const fd = bench.openGroup(next.group);
    expect([status(bench, old), status(bench, fd)]).toEqual(["ENODEV", 1]);
  });
});

describe("the end of a process", () => {
  it("closes everything it has", () => {
    const { bench, group, ops } = emulated();
    const other = bench.machine.process();
    const { fd } = bench.attach(group, 3, other);
    const device = other.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
    other.mmap(device, { offset: 0, length: 4096 });
    expect(bench.kernel.system.holders(`/dev/vfio/${group.id}`)).toEqual([
      { pid: other.process.pid, command: "node" },
    ]);
    bench.machine.kill(other.process.pid);
    expect(ops.closes).toBe(1);
    expect(bench.kernel.system.holders(`/dev/vfio/${group.id}`)).toEqual([]);
    expect(status(bench, bench.openGroup(group))).toBe(1);
  });

  it("leaves open what another process has been sent", () => {
    const { bench, group } = emulated();
    const other = bench.machine.process();
    const { fd } = bench.attach(group, 3, other);
    const device = other.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
    const adopted = bench.kernel.adopt(other, device);
    other.shutdown();
    expect(bench.kernel.ioctl(adopted, Vfio.DEVICE_RESET, 0)).toBe(0);
    expect(answer(() => bench.openGroup(group))).toBe("EBUSY");
    bench.kernel.close(adopted);
    expect(status(bench, bench.openGroup(group))).toBe(1);
  });
});
