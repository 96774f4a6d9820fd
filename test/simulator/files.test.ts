// Goal: descriptors, eventfds, memory and mappings of a simulated process behave as those of a real
// one: numbers, flags, limits, errors, and what stays when something is closed.

import { describe, expect, it, vi } from "vitest";
import { OpenFlags } from "../../src/kernel.js";
import { EventFd } from "../../src/simulator/core/eventfd.js";
import { Vfio, viewOf } from "../../src/uapi/index.js";
import { answer, Bench, TestDevice } from "./fixtures.js";

function word(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, value, true);
  return bytes;
}

function opened() {
  const bench = new Bench();
  const { group, ops } = bench.addEmulated("dev", new TestDevice());
  const { fd } = bench.attach(group);
  const device = bench.kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
  return { bench, kernel: bench.kernel, ops, device, group };
}

describe("descriptors", () => {
  it("are the lowest free numbers from 3", () => {
    const { kernel } = new Bench();
    const [first, second, third] = [kernel.eventfd(), kernel.eventfd(), kernel.eventfd()];
    expect([first, second, third]).toEqual([3, 4, 5]);
    kernel.close(4);
    kernel.close(3);
    expect([kernel.dup(5), kernel.dup(5), kernel.dup(5)]).toEqual([3, 4, 6]);
  });

  it("end at the limit", () => {
    const kernel = new Bench().machine.process({ maxFiles: 5 });
    kernel.eventfd();
    kernel.eventfd();
    expect(answer(() => kernel.eventfd())).toBe("EMFILE");
    expect(answer(() => kernel.open("/dev/vfio/vfio", 2))).toBe("EMFILE");
    expect(answer(() => kernel.dup(3))).toBe("EMFILE");
  });

  it("are checked, in words that say what is wrong", () => {
    const { kernel } = new Bench();
    expect(answer(() => kernel.close(77))).toBe("EBADF");
    expect(answer(() => kernel.ioctl(77, 0, 0))).toBe("EBADF");
    expect(answer(() => kernel.pread(0, new Uint8Array(1), 0))).toBe("EBADF");
    expect(() => kernel.close("3" as never)).toThrow(TypeError);
    expect(() => kernel.pread(3, new Uint8Array(1), 0.5)).toThrow(RangeError);
    expect(() => kernel.open(3 as never, 0)).toThrow(TypeError);
    expect(() => kernel.ioctl(3, 0, 0)).toThrow("EBADF");
  });

  it("open only what is there and allowed", () => {
    const { machine, kernel } = new Bench();
    const user = machine.process({ uid: 1000 });
    expect(answer(() => kernel.open("/dev/vfio/7", 2))).toBe("ENOENT");
    expect(answer(() => kernel.open("/dev/vfio", 2))).toBe("EISDIR");
    expect(answer(() => kernel.open("/dev/null/x", 2))).toBe("ENOTDIR");
    const node = machine.devfs.get("/dev/vfio/vfio");
    if (node !== undefined) node.mode = 0o640;
    expect(answer(() => user.open("/dev/vfio/vfio", OpenFlags.readOnly))).toBe("EACCES");
    if (node !== undefined) node.mode = 0o644;
    expect(answer(() => user.open("/dev/vfio/vfio", OpenFlags.readWrite))).toBe("EACCES");
    expect(user.open("/dev/vfio/vfio", OpenFlags.readOnly)).toBe(3);
    const other = machine.process({ uid: 1001, gid: 7 });
    if (node !== undefined) Object.assign(node, { mode: 0o060, gid: 7 });
    expect(other.open("/dev/vfio/vfio", OpenFlags.readWrite)).toBe(3);
  });
});

describe("a device's file", () => {
  it("has a position that reads and writes move", () => {
    const { kernel, device, ops } = opened();
    expect(kernel.write(device, Uint8Array.of(1, 2))).toBe(2);
    expect(kernel.write(device, Uint8Array.of(3))).toBe(1);
    expect([...ops.bytes.subarray(0, 4)]).toEqual([1, 2, 3, 0]);
    expect(answer(() => kernel.pread(device, new Uint8Array(1), -1))).toBe("EINVAL");
  });

  it("is mapped as mmap(2) says", () => {
    const { kernel, device, bench } = opened();
    const map = (options: object) =>
      answer(() => kernel.mmap(device, { offset: 0, length: 4096, ...options }));
    expect(map({ length: 0 })).toBe("EINVAL");
    expect(map({ offset: 12 })).toBe("EINVAL");
    expect(map({ offset: 4096 })).toBe("EINVAL");
    const container = bench.kernel.open("/dev/vfio/vfio", OpenFlags.readOnly);
    expect(answer(() => kernel.mmap(container, { offset: 0, length: 1 }))).toBe("EACCES");
  });

  it("gives registers of exact widths", () => {
    const { kernel, device } = opened();
    const mapping = kernel.mmap(device, { offset: 0, length: 4096 });
    mapping.write64(0, 0x1122_3344_5566_7788n);
    expect([mapping.read8(1), mapping.read16(2), mapping.read32(4)]).toEqual([
      0x77, 0x5566, 0x1122_3344,
    ]);
    const bytes = new Uint8Array(7);
    mapping.readBytes(1, bytes);
    expect([...bytes]).toEqual([0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
    mapping.writeBytes(3, Uint8Array.of(9, 9));
    expect(mapping.read64(0)).toBe(0x1122_3309_0966_7788n);
    expect(() => mapping.read32(2)).toThrow(RangeError);
    expect(() => mapping.read32(4096)).toThrow(RangeError);
    expect(() => mapping.read32(-4)).toThrow(RangeError);
    expect(() => mapping.read32(Number.NaN)).toThrow(RangeError);
    expect(() => mapping.write32("0" as never, 0)).toThrow(TypeError);
    expect(() => mapping.write64(0, 1 as never)).toThrow(TypeError);
    mapping.close();
    mapping.close();
    expect(() => mapping.read8(0)).toThrow("closed");
  });
});

describe("an eventfd", () => {
  it("counts and is never waited for", () => {
    const { kernel } = new Bench();
    const fd = kernel.eventfd(2);
    const target = new Uint8Array(8);
    expect(kernel.write(fd, word(3n))).toBe(8);
    expect([kernel.read(fd, target), viewOf(target).getBigUint64(0, true)]).toEqual([8, 5n]);
    expect(answer(() => kernel.read(fd, target))).toBe("EAGAIN");
    expect(answer(() => kernel.read(fd, new Uint8Array(7)))).toBe("EINVAL");
    expect(answer(() => kernel.write(fd, new Uint8Array(7)))).toBe("EINVAL");
    expect(answer(() => kernel.write(fd, word(0xffff_ffff_ffff_ffffn)))).toBe("EINVAL");
    kernel.write(fd, word(0xffff_ffff_ffff_fffen));
    expect(answer(() => kernel.write(fd, word(1n)))).toBe("EAGAIN");
    expect(answer(() => kernel.pread(fd, target, 0))).toBe("ESPIPE");
    expect(answer(() => kernel.ioctl(fd, 0x3b64, 0))).toBe("ENOTTY");
    expect(answer(() => kernel.mmap(fd, { offset: 0, length: 1 }))).toBe("ENODEV");
  });

  it("tells its watcher from the event loop", async () => {
    const { kernel } = new Bench();
    const fd = kernel.eventfd();
    const counts: number[] = [];
    const watch = kernel.watch(fd, (count) => counts.push(count));
    watch.ref();
    kernel.write(fd, word(1n));
    kernel.write(fd, word(2n));
    expect(counts).toEqual([]);
    await vi.waitFor(() => expect(counts).toEqual([3]));
    expect(answer(() => kernel.read(fd, new Uint8Array(8)))).toBe("EAGAIN");
    kernel.write(fd, word(4n));
    await vi.waitFor(() => expect(counts).toEqual([3, 4]));
    watch.close();
    kernel.write(fd, word(5n));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(counts).toEqual([3, 4]);
    expect(answer(() => kernel.watch(kernel.open("/dev/null", 2), () => {}))).toBe("EINVAL");
  });

  it("wakes whoever waits in the kernel, until it is gone", () => {
    const { kernel } = new Bench();
    const fd = kernel.eventfd();
    const eventfd = kernel.process.file(fd)?.operations;
    if (!(eventfd instanceof EventFd)) throw new Error("no eventfd");
    const seen: string[] = [];
    const stop = eventfd.onSignal(() => seen.push(`signal ${eventfd.take()}`));
    eventfd.onRelease(() => seen.push("gone"));
    kernel.write(fd, word(2n));
    eventfd.signal();
    stop();
    eventfd.signal();
    kernel.close(fd);
    expect(seen).toEqual(["signal 2", "signal 1", "gone"]);
  });
});

describe("memory", () => {
  it("is whole pages at an address, with nothing behind it", () => {
    const { kernel } = new Bench();
    const one = kernel.allocate(5000);
    const two = kernel.allocate(1);
    expect([one.length, one.bytes.length, two.length]).toEqual([8192, 8192, 4096]);
    expect(two.address).toBeGreaterThan(one.address + 8192n);
    const space = kernel.process.memory;
    const end = Number(one.address) + one.length;
    expect(space.write(end - 2, Uint8Array.of(1, 2))).toBe(true);
    expect(space.write(end - 2, Uint8Array.of(3, 4, 5))).toBe(false);
    expect(one.bytes[8191]).toBe(4);
    expect(space.read(0, new Uint8Array(1))).toBe(false);
    expect(() => kernel.allocate(0)).toThrow(RangeError);
    expect(() => kernel.allocate("1" as never)).toThrow(TypeError);
  });

  it("goes when it is freed and nothing holds it", () => {
    const { kernel } = new Bench();
    const memory = kernel.allocate(4096);
    const hold = kernel.hold(memory.address, 4096n);
    expect(kernel.hold(memory.address, 4097n)).toBeUndefined();
    memory.free();
    memory.free();
    expect([memory.freed, memory.bytes.length]).toEqual([true, 0]);
    const there = () => kernel.process.memory.read(Number(memory.address), new Uint8Array(1));
    expect(there()).toBe(true);
    hold?.release();
    hold?.release();
    expect(there()).toBe(false);
  });

  it("has huge pages only where some are set aside", () => {
    const { kernel } = new Bench({ hugePages: { 2097152: 2 } });
    expect(answer(() => kernel.allocate(1, { hugePageSize: 2 ** 30 }))).toBe("ENOMEM");
    expect(kernel.allocate(0x200001, { hugePageSize: 0x200000 }).length).toBe(0x400000);
    expect(answer(() => kernel.allocate(1, { hugePageSize: 0x200000 }))).toBe("ENOMEM");
  });
});
