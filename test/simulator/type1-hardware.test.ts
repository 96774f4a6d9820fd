// Goal: containers with groups behind an IOMMU pin, limit, attach and detach as the real kernel
// does (section 7.4 of the kernel's semantics), and devices reach memory as their mappings allow.

import { describe, expect, it } from "vitest";
import { Protection } from "../../src/kernel.js";
import type { MachineOptions } from "../../src/simulator/machine.js";
import { structs, Vfio, viewOf } from "../../src/uapi/index.js";
import { answer, Bench, DmaClient, measuredIommu, profileNames, TestDevice } from "./fixtures.js";

function hardware(options: MachineOptions = {}, type = 3) {
  const bench = new Bench(options);
  const added = bench.addHardware("0000:00:05.0", new TestDevice());
  const memory = bench.kernel.allocate(0x40000);
  return { bench, ...added, memory, ...bench.attach(added.group, type) };
}

function info(bench: Bench, container: number) {
  const bytes = structs.iommuType1Info.encode({ argsz: 512 }, 488);
  bench.kernel.ioctl(container, Vfio.IOMMU_GET_INFO, bytes);
  const view = viewOf(bytes);
  const at = view.getUint32(60, true);
  const count = at === 0 ? 0 : view.getUint32(at + 8, true);
  const ranges = Array.from({ length: count * 2 }, (_, index) =>
    view.getBigUint64(at + 16 + index * 8, true),
  );
  return { pageSizes: view.getBigUint64(8, true), ranges };
}

describe("a container with hardware", () => {
  it("answers extensions", () => {
    const { bench, container } = hardware();
    const ask = (extension: number) =>
      bench.kernel.ioctl(container, Vfio.CHECK_EXTENSION, extension);
    expect([1, 3, 9, 10, 4].map(ask)).toEqual([1, 1, 1, 1, 0]);
    const other = bench.addEmulated("dev", new TestDevice());
    expect(bench.setContainer(bench.openGroup(other.group), container)).toBe(0);
    expect([10, 4].map(ask)).toEqual([0, 0]);
  });

  it("maps only valid IOVAs", () => {
    const { dma, memory } = hardware();
    const map = (iova: bigint, size = 0x1000n) => dma.map(3, memory.address, iova, size);
    expect(map(0xfee0_0000n)).toBe("EINVAL");
    expect(map(0xfedf_f000n, 0x2000n)).toBe("EINVAL");
    expect(map(0xfedf_f000n)).toBe(0);
    expect(map(0xfef0_0000n)).toBe(0);
    expect(map(0x7f_ffff_f000n)).toBe(0);
    expect(map(0x7f_ffff_f000n, 0x2000n)).toBe("EEXIST");
    expect(map(0x80_0000_0000n)).toBe("EINVAL");
    expect(map(0xffff_ffff_ffff_f000n)).toBe("EINVAL");
    expect(dma.unmap(0, 0xfee0_0000n, 0x1000n)).toEqual([0, 0n]);
    expect(dma.unmap(0, 0x80_0000_0000n, 0x1000n)).toEqual([0, 0n]);
  });

  it("pins what it maps", () => {
    const { bench, dma, memory, group, fd: groupFd } = hardware();
    const { kernel } = bench;
    const end = memory.address + BigInt(memory.length);
    const readable = kernel.allocate(0x1000, { protection: Protection.read });
    const nothing = kernel.allocate(0x1000, { protection: Protection.none });
    expect(dma.map(3, 0x1000n, 0n, 0x1000n)).toBe("EFAULT");
    expect(dma.map(3, end - 0x1000n, 0n, 0x2000n)).toBe("EFAULT");
    expect(dma.unmap(2, 0n, 0n)).toEqual([0, 0n]);
    expect(dma.map(3, readable.address, 0n, 0x1000n)).toBe("EFAULT");
    expect(dma.map(1, readable.address, 0n, 0x1000n)).toBe(0);
    expect(dma.map(1, nothing.address, 0x1000n, 0x1000n)).toBe("EFAULT");
    expect(dma.map(3, 0xffff_8000_0000_0000n, 0x1000n, 0x1000n)).toBe("EFAULT");
    const fd = kernel.ioctl(groupFd, Vfio.GROUP_GET_DEVICE_FD, "0000:00:05.0");
    const bar = kernel.mmap(fd, { offset: 0, length: 0x1000 });
    const before = kernel.process.lockedMemory.locked;
    expect(dma.map(3, bar.address, 0x10000n, 0x1000n)).toBe(0);
    expect(group.domain).toBeDefined();
    expect(kernel.process.lockedMemory.locked).toBe(before);
  });

  it("counts what it pins, up to the limit", () => {
    const bench = new Bench();
    const { group } = bench.addHardware("0000:00:05.0", new TestDevice());
    const node = bench.machine.devfs.get(`/dev/vfio/${group.id}`);
    if (node !== undefined) node.mode = 0o666;
    const kernel = bench.machine.process({ uid: 1000, memlock: 16 * 1024 });
    const { dma } = bench.attach(group, 3, kernel);
    const { address } = kernel.allocate(0x10000);
    expect(dma.map(3, address, 0n, 0x4000n)).toBe(0);
    expect(dma.map(3, address, 0x10000n, 0x1000n)).toBe("ENOMEM");
    expect(dma.unmap(0, 0n, 0x4000n)).toEqual([0, 0x4000n]);
    expect(dma.map(3, address, 0n, 0x5000n)).toBe("ENOMEM");
    expect(dma.map(3, address, 0n, 0x2000n)).toBe(0);
    expect(dma.map(3, address, 0x2000n, 0x2000n)).toBe(0);
    expect(dma.map(3, address, 0x4000n, 0x1000n)).toBe("ENOMEM");
    expect(kernel.process.lockedMemory.locked).toBe(0x4000);
    dma.unmap(2, 0n, 0n);
    expect([kernel.process.lockedMemory.locked, kernel.process.memory.pins]).toEqual([0, 0]);
  });

  it("updates addresses", () => {
    const { bench, dma, memory, container } = hardware();
    const other = bench.kernel.allocate(0x4000).address;
    dma.map(3, memory.address, 0x10000n, 0x4000n);
    expect(dma.unmap(4, 0x10000n, 0x2000n)[0]).toBe("EINVAL");
    expect(dma.unmap(4, 0x10000n, 0x4000n)).toEqual([0, 0x4000n]);
    expect(dma.unmap(4, 0x10000n, 0x4000n)[0]).toBe("EINVAL");
    expect(dma.map(4, other, 0x10000n, 0x2000n)).toBe("EINVAL");
    expect(dma.map(4, other, 0x11000n, 0x1000n)).toBe("EINVAL");
    const mdev = bench.addEmulated("dev", new TestDevice());
    const fd = bench.openGroup(mdev.group);
    expect(dma.map(3, memory.address, 0x20000n, 0x1000n)).toBe(0);
    expect(answer(() => bench.setContainer(fd, container))).toBe("EBUSY");
    expect(dma.map(4, other, 0x10000n, 0x4000n)).toBe(0);
    expect(dma.map(4, other, 0x10000n, 0x4000n)).toBe("EINVAL");
    expect(dma.map(4, other, 0x80000n, 0x4000n)).toBe("ENOENT");
    expect(dma.unmap(6, 0n, 0n)).toEqual([0, 0x5000n]);
    expect(dma.map(4, other, 0x10000n, 0x4000n)).toBe(0);
    expect(dma.map(4, other, 0x20000n, 0x1000n)).toBe(0);
    expect(bench.setContainer(fd, container)).toBe(0);
    expect(dma.unmap(4, 0x10000n, 0x4000n)[0]).toBe("EBUSY");
  });

  it("takes back marks of a call that fails", () => {
    const { dma, memory } = hardware();
    dma.map(3, memory.address, 0x1000n, 0x1000n);
    dma.map(3, memory.address, 0x2000n, 0x1000n);
    dma.unmap(4, 0x2000n, 0x1000n);
    expect(dma.unmap(6, 0n, 0n)).toEqual(["EINVAL", 0n]);
    expect(dma.map(4, memory.address, 0x1000n, 0x1000n)).toBe("EINVAL");
    expect(dma.map(4, memory.address, 0x2000n, 0x1000n)).toBe(0);
  });

  it("removes whole mappings in v1", () => {
    const { dma, memory } = hardware({}, 1);
    dma.map(3, memory.address, 0x10000n, 0x4000n);
    expect(dma.unmap(0, 0x11000n, 0x1000n)).toEqual([0, 0n]);
    expect(dma.unmap(0, 0x10000n, 0x1000n)).toEqual([0, 0x4000n]);
    dma.map(3, memory.address, 0x10000n, 0x2000n);
    dma.map(3, memory.address, 0x12000n, 0x2000n);
    expect(dma.unmap(0, 0x11000n, 0x2000n)).toEqual([0, 0n]);
    expect(dma.unmap(4, 0x10000n, 0x4000n)).toEqual([0, 0x4000n]);
    expect(dma.unmap(0, 0x10000n, 0x4000n)).toEqual([0, 0x4000n]);
  });

  it("pins nothing of memory that is not there, however much", () => {
    const { bench, dma } = hardware();
    const length = 2 ** 30;
    const { address } = bench.kernel.allocate(length, { protection: Protection.none });
    expect(dma.map(3, address, 0n, BigInt(length))).toBe("EFAULT");
  });
});

describe.each(profileNames)("hardware that joins mediated devices on %s", (profile) => {
  function joining() {
    const bench = new Bench({ profile });
    const mdev = bench.addEmulated("dev", new TestDevice());
    const hw = bench.addHardware("0000:00:05.0", new TestDevice());
    const attached = bench.attach(mdev.group);
    const fd = bench.openGroup(hw.group);
    const { address } = bench.kernel.allocate(0x4000);
    const join = () => answer(() => bench.setContainer(fd, attached.container));
    return { bench, ...attached, fd, join, address, hw };
  }

  it("finds mappings that do not suit it", () => {
    const { dma, join, address, bench, container } = joining();
    dma.map(3, address, 0xfee0_0000n, 0x1000n);
    expect(join()).toBe("EINVAL");
    dma.unmap(2, 0n, 0n);
    dma.map(3, address, 0x80_0000_0000n, 0x1000n);
    expect(join()).toBe(profile === "7.2" ? "ERANGE" : "EFAULT");
    dma.unmap(2, 0n, 0n);
    dma.map(3, 0x1000n, 0n, 0x1000n);
    expect(join()).toBe("EFAULT");
    expect(bench.kernel.process.memory.pins).toBe(0);
    dma.unmap(2, 0n, 0n);
    dma.map(3, address, 0n, 0x1000n);
    expect(join()).toBe(0);
    expect(info(bench, container)).toEqual({
      pageSizes: 0x4020_1000n,
      ranges: [0n, 0xfedf_ffffn, 0xfef0_0000n, 0x7f_ffff_ffffn],
    });
    expect(bench.kernel.process.lockedMemory.locked).toBe(0x1000);
  });

  it("leaves its ranges wide open behind", () => {
    const { dma, join, address, bench, container, fd } = joining();
    dma.map(3, address, 0n, 0x1000n);
    join();
    expect(bench.kernel.ioctl(fd, Vfio.GROUP_UNSET_CONTAINER, 0)).toBe(0);
    expect(info(bench, container)).toEqual({
      pageSizes: 0xffff_ffff_ffff_f000n,
      ranges: [0n, 0xffff_ffff_ffff_ffffn],
    });
    expect(bench.kernel.process.lockedMemory.locked).toBe(0);
    expect(dma.map(3, 0x1000n, 0x10000n, 0x1000n)).toBe(0);
    dma.unmap(2, 0n, 0n);
    dma.map(3, address, 0xfee0_0000n, 0x1000n);
    expect(join()).toBe("EINVAL");
  });

  it("lets a second group share the domain", () => {
    const { dma, join, address, bench, container, hw } = joining();
    join();
    const other = bench.addHardware("0000:04:00.0", new TestDevice());
    const fd = bench.openGroup(other.group);
    expect(bench.setContainer(fd, container)).toBe(0);
    expect(other.group.domain).toBe(hw.group.domain);
    expect(dma.map(3, address, 0n, 0x1000n)).toBe(0);
    expect(bench.kernel.ioctl(fd, Vfio.GROUP_UNSET_CONTAINER, 0)).toBe(0);
    expect(other.group.domain).toBeUndefined();
    expect(dma.unmap(0, 0n, 0x1000n)).toEqual([0, 0x1000n]);
  });
});

describe("interrupt isolation", () => {
  it("is asked for when the IOMMU is chosen", () => {
    const bench = new Bench();
    const hardware = { ...measuredIommu, msiIsolation: false };
    const { group } = bench.addHardware("0000:00:05.0", new TestDevice(), { hardware });
    expect(answer(() => bench.attach(group))).toBe("EPERM");
    expect(group.domain).toBeUndefined();
  });
});

describe.each(profileNames)("device DMA on %s", (profile) => {
  it("follows the mappings", () => {
    const { dma, memory, group } = hardware({ profile });
    const { domain } = group;
    if (domain === undefined) throw new Error("no domain");
    memory.bytes.fill(0x11);
    dma.map(3, memory.address, 0x1000n, 0x1000n);
    dma.map(1, memory.address + 0x4000n, 0x2000n, 0x1000n);
    dma.map(2, memory.address + 0x8000n, 0x3000n, 0x1000n);
    const target = new Uint8Array(0x4000).fill(0xee);
    domain.read(0x800, target);
    expect([target[0], target[0x7ff], target[0x800], target[0x27ff]]).toEqual([0, 0, 0x11, 0x11]);
    const writeOnly = profile === "7.2" ? 0 : 0x11;
    expect([target[0x2800], target[0x37ff], target[0x3800]]).toEqual([writeOnly, writeOnly, 0]);
    domain.write(0x800, new Uint8Array(0x4000).fill(0x22));
    expect([0, 0xfff, 0x4000, 0x4fff, 0x8000, 0x8fff].map((at) => memory.bytes[at])).toEqual([
      0x22, 0x22, 0x11, 0x11, 0x22, 0x22,
    ]);
  });

  it("ends with the mapping, and the memory stays as long", () => {
    const { bench, dma, memory, group } = hardware({ profile });
    const { bytes } = memory;
    dma.map(3, memory.address, 0n, 0x1000n);
    memory.free();
    group.domain?.write(0, Uint8Array.of(5));
    expect(bytes[0]).toBe(5);
    dma.unmap(0, 0n, 0x1000n);
    group.domain?.write(0, Uint8Array.of(6));
    expect(bytes[0]).toBe(5);
    expect(bench.kernel.hold(memory.address, 1n)).toBeUndefined();
  });
});

describe("two processes", () => {
  it("share a container, each with its own memory and limit", () => {
    const { bench, container, dma } = hardware();
    const other = bench.machine.process();
    const theirs = new DmaClient(other, other.adopt(bench.kernel, container));
    const { address } = other.allocate(0x1000);
    expect(theirs.map(3, address, 0n, 0x1000n)).toBe(0);
    expect(other.process.lockedMemory.locked).toBe(0x1000);
    expect(bench.kernel.process.lockedMemory.locked).toBe(0);
    dma.unmap(4, 0n, 0x1000n);
    const mine = bench.kernel.allocate(0x1000);
    expect(dma.map(4, mine.address, 0n, 0x1000n)).toBe(0);
    expect(other.process.lockedMemory.locked).toBe(0);
    expect(bench.kernel.process.lockedMemory.locked).toBe(0x1000);
  });
});
