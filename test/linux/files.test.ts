// Goal: system calls on files do what the kernel does, only on files that were opened here, and
// nothing is left open.

import { openSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { OpenFlags } from "../../src/kernel.js";
import { describe, openDescriptors, openTemporary, temporaryFile, testKernel } from "./host.js";

const ebadf = expect.objectContaining({ name: "VfioError", code: "EBADF", errno: -9 });

describe("open and close", () => {
  it("opens for reading and writing, close-on-exec, and closes for good", async () => {
    const kernel = testKernel();
    const before = openDescriptors();
    const fd = openTemporary(kernel, 8);
    expect(openDescriptors()).toBe(before + 1);
    const flags = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
    expect(Number.parseInt(flags ?? "", 8) & 0o2000003).toBe(0o2000002);
    kernel.close(fd);
    expect(openDescriptors()).toBe(before);
    expect(() => kernel.close(fd)).toThrow(ebadf);
    const other = openTemporary(kernel, 8);
    await kernel.closeAsync(other);
    expect(openDescriptors()).toBe(before);
    await expect(kernel.closeAsync(other)).rejects.toThrow(ebadf);
  });

  it("says what failed, and on which path", () => {
    const kernel = testKernel();
    expect(() => kernel.open("/nowhere/at-all", OpenFlags.readOnly)).toThrow(
      expect.objectContaining({
        code: "ENOENT",
        syscall: "open",
        path: "/nowhere/at-all",
        message: "ENOENT: no such file or directory, open '/nowhere/at-all'",
      }),
    );
  });

  it("neither creates nor truncates", () => {
    const kernel = testKernel();
    const path = temporaryFile(8);
    for (const flag of [0o100, 0o1000, 0o2000]) {
      expect(() => kernel.open(path, OpenFlags.readWrite | flag)).toThrow(
        expect.objectContaining({ code: "EINVAL" }),
      );
    }
    expect(readFileSync(path).length).toBe(8);
  });

  it("refuses what is no path and no flags", () => {
    const kernel = testKernel();
    expect(() => kernel.open(7 as never, 0)).toThrow(TypeError);
    expect(() => kernel.open("/dev/null\0x", 0)).toThrow(TypeError);
    expect(() => kernel.open("/dev/null", "r" as never)).toThrow(TypeError);
    expect(() => kernel.open("/dev/null", -1)).toThrow(RangeError);
  });

  it("duplicates", () => {
    const kernel = testKernel();
    const fd = openTemporary(kernel, Uint8Array.of(1, 2, 3));
    const copy = kernel.dup(fd);
    kernel.close(fd);
    const target = new Uint8Array(3);
    expect(kernel.pread(copy, target, 0)).toBe(3);
    expect(target).toEqual(Uint8Array.of(1, 2, 3));
    expect(() => kernel.dup(fd)).toThrow(ebadf);
  });

  it("are of one kernel: another in the same thread does not close them", () => {
    const [one, other] = [testKernel(), testKernel()];
    const fd = openTemporary(one, 8);
    expect(() => other.close(fd)).toThrow(ebadf);
    other.shutdown();
    expect(one.pread(fd, new Uint8Array(8), 0)).toBe(8);
  });

  it("closes everything at shutdown, once", () => {
    const kernel = testKernel();
    const before = openDescriptors();
    kernel.mmap(openTemporary(kernel, 4096), { offset: 0, length: 4096 });
    kernel.watch(kernel.eventfd(), () => {});
    kernel.dup(openTemporary(kernel, 8));
    kernel.shutdown();
    kernel.shutdown();
    expect(openDescriptors()).toBe(before);
  });
});

describe("a descriptor that was not opened here", () => {
  it("is EBADF for every system call, though the process has it", () => {
    const kernel = testKernel();
    const foreign = openSync("/dev/zero", "r+");
    const bytes = new Uint8Array(4);
    for (const fd of [0, 1, 2, foreign, -1, 2 ** 31 - 1, -(2 ** 31)]) {
      expect(() => kernel.read(fd, bytes)).toThrow(ebadf);
      expect(() => kernel.write(fd, bytes)).toThrow(ebadf);
      expect(() => kernel.pread(fd, bytes, 0)).toThrow(ebadf);
      expect(() => kernel.pwrite(fd, bytes, 0)).toThrow(ebadf);
      expect(() => kernel.pread(fd, new Uint8Array(100_000), 0)).toThrow(ebadf);
      expect(() => kernel.ioctl(fd, 0x3b64, 0)).toThrow(ebadf);
      expect(() => kernel.unsafeIoctl(fd, 0x3b64, 0)).toThrow(ebadf);
      expect(() => kernel.watch(fd, () => {})).toThrow(ebadf);
      expect(() => kernel.dup(fd)).toThrow(ebadf);
      expect(() => kernel.close(fd)).toThrow(ebadf);
    }
  });

  it("is a TypeError or RangeError where it is no descriptor at all", () => {
    const kernel = testKernel();
    expect(() => kernel.read("0" as never, new Uint8Array(1))).toThrow(TypeError);
    expect(() => kernel.read(0.5, new Uint8Array(1))).toThrow(RangeError);
    expect(() => kernel.close(2 ** 31)).toThrow(RangeError);
  });
});

describe("reading and writing", () => {
  // Around the lengths at which bytes change their way: a loop, a copy, in place.
  const lengths = [0, 1, 8, 9, 255, 256, 257, 4096, 100_000];

  it.each(lengths)("moves %d bytes, exactly there", (length) => {
    const kernel = testKernel();
    const fd = openTemporary(kernel, 200_000);
    const source = Uint8Array.from({ length }, (_, at) => (at * 31 + 1) & 0xff);
    expect(kernel.pwrite(fd, source, 4097)).toBe(length);
    const target = new Uint8Array(length + 2);
    expect(kernel.pread(fd, target, 4096)).toBe(length + 2);
    expect(target).toEqual(Uint8Array.of(0, ...source, 0));
  });

  it("reads short at the end, and leaves the rest of the target alone", () => {
    const kernel = testKernel();
    const fd = openTemporary(kernel, 10);
    for (const length of [16, 300, 9000]) {
      const target = new Uint8Array(length).fill(9);
      expect(kernel.pread(fd, target, 6)).toBe(4);
      expect(target.indexOf(9)).toBe(4);
      expect(kernel.pread(fd, target, 10)).toBe(0);
    }
  });

  it("keeps the file's own position apart from that of pread", () => {
    const kernel = testKernel();
    const fd = openTemporary(kernel, Uint8Array.of(1, 2, 3, 4));
    const target = new Uint8Array(2);
    kernel.read(fd, target);
    kernel.pread(fd, new Uint8Array(1), 0);
    kernel.read(fd, target);
    expect(target).toEqual(Uint8Array.of(3, 4));
    expect(kernel.write(fd, Uint8Array.of(5))).toBe(1);
    expect(kernel.pread(fd, target, 4)).toBe(1);
    expect(target[0]).toBe(5);
  });

  it("takes part of an array as that part", () => {
    const kernel = testKernel();
    const fd = openTemporary(kernel, Uint8Array.of(1, 2, 3, 4));
    const whole = new Uint8Array(8);
    kernel.pread(fd, whole.subarray(2, 5), 1);
    expect(whole).toEqual(Uint8Array.of(0, 0, 2, 3, 4, 0, 0, 0));
  });

  it("refuses what is no buffer and no offset", () => {
    const kernel = testKernel();
    const fd = openTemporary(kernel, 8);
    expect(() => kernel.read(fd, [1] as never)).toThrow(TypeError);
    expect(() => kernel.pread(fd, new Uint16Array(1) as never, 0)).toThrow(TypeError);
    expect(() => kernel.pread(fd, new Uint8Array(1), -1)).toThrow(RangeError);
    expect(() => kernel.pread(fd, new Uint8Array(1), 2 ** 53)).toThrow(RangeError);
    expect(() => kernel.pwrite(fd, new Uint8Array(1), "0" as never)).toThrow(TypeError);
  });
});
