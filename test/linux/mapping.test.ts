// Goal: a mapping answers as the seam says: exact values at every width, errors for what is wrong,
// EIO where a C program would die of a bus error.

import { truncateSync } from "node:fs";
import { expect, it } from "vitest";
import { OpenFlags, Protection } from "../../src/kernel.js";
import { describe, mappingsOf, openTemporary, temporaryFile, testKernel } from "./host.js";

const BYTES = Uint8Array.from({ length: 8192 }, (_, at) => (at * 7) & 0xff);
const view = new DataView(BYTES.buffer);

function mapBytes() {
  const kernel = testKernel();
  const fd = openTemporary(kernel, BYTES);
  return { kernel, fd, mapping: kernel.mmap(fd, { offset: 0, length: BYTES.length }) };
}

describe("reads and writes", () => {
  it("read what is there, at every width, from the first byte to the last", () => {
    const { mapping } = mapBytes();
    expect(mapping.read8(8191)).toBe(view.getUint8(8191));
    expect(mapping.read16(8190)).toBe(view.getUint16(8190, true));
    expect(mapping.read32(8188)).toBe(view.getUint32(8188, true));
    expect(mapping.read64(8184)).toBe(view.getBigUint64(8184, true));
    expect(mapping.read32(0)).toBe(view.getUint32(0, true));
  });

  it("write what they were given and nothing beside it", () => {
    const { mapping } = mapBytes();
    mapping.write8(1, 0xff);
    mapping.write16(2, 0xfffe);
    mapping.write32(4, 0xffff_fffd);
    mapping.write64(8, 0xffff_ffff_ffff_fffcn);
    expect(mapping.read8(0)).toBe(BYTES[0]);
    expect(mapping.read8(1)).toBe(0xff);
    expect(mapping.read16(2)).toBe(0xfffe);
    expect(mapping.read32(4)).toBe(0xffff_fffd);
    expect(mapping.read64(8)).toBe(0xffff_ffff_ffff_fffcn);
    expect(mapping.read8(16)).toBe(BYTES[16]);
  });

  it("copy bytes out and in, whatever the alignment", () => {
    const { mapping } = mapBytes();
    for (const [offset, length] of [
      [0, 8192],
      [1, 8191],
      [3, 5],
      [7, 1],
      [5, 0],
      [8192, 0],
    ] as const) {
      const target = new Uint8Array(length);
      mapping.readBytes(offset, target);
      expect(target).toEqual(BYTES.slice(offset, offset + length));
    }
    mapping.writeBytes(13, Uint8Array.of(1, 2, 3, 4, 5));
    const around = new Uint8Array(7);
    mapping.readBytes(12, around);
    expect([...around]).toEqual([BYTES[12], 1, 2, 3, 4, 5, BYTES[18]]);
  });

  it("reach beyond 4 GiB", () => {
    const kernel = testKernel();
    const path = temporaryFile(0);
    truncateSync(path, 6 * 2 ** 30);
    const fd = kernel.open(path, OpenFlags.readWrite);
    const mapping = kernel.mmap(fd, { offset: 0, length: 6 * 2 ** 30 });
    mapping.write32(5 * 2 ** 30 + 4, 0x1234_5678);
    mapping.write64(2 ** 32, 42n);
    mapping.write8(2 ** 32 - 1, 7);
    expect(mapping.read32(5 * 2 ** 30 + 4)).toBe(0x1234_5678);
    expect(mapping.read64(2 ** 32)).toBe(42n);
    const across = new Uint8Array(9);
    mapping.readBytes(2 ** 32 - 1, across);
    expect([...across]).toEqual([7, 42, 0, 0, 0, 0, 0, 0, 0]);
    expect(() => mapping.read32(6 * 2 ** 30)).toThrow(RangeError);
    expect(() => mapping.read32(5 * 2 ** 30 + 2)).toThrow(/multiple of the width/);
    mapping.close();
    expect(() => mapping.read32(2 ** 32)).toThrow(/closed/);
  });
});

describe("what is wrong with an access is said, and nothing happens", () => {
  const offsets = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 8192, 8190, 2 ** 32, 2 ** 53];

  it.each(offsets)("offset %d of four bytes", (offset) => {
    const { mapping } = mapBytes();
    expect(() => mapping.read32(offset)).toThrow(RangeError);
    expect(() => mapping.write32(offset, 0)).toThrow(RangeError);
    expect(() => mapping.read64(offset)).toThrow(RangeError);
    expect(() => mapping.write64(offset, 0n)).toThrow(RangeError);
  });

  it.each<unknown>(["4", null, undefined, 4n, {}, [4]])("offset %s", (offset) => {
    const { mapping } = mapBytes();
    expect(() => mapping.read32(offset as never)).toThrow(TypeError);
    expect(() => mapping.write8(offset as never, 0)).toThrow(TypeError);
    expect(() => mapping.readBytes(offset as never, new Uint8Array(1))).toThrow(TypeError);
  });

  it("a misaligned offset", () => {
    const { mapping } = mapBytes();
    expect(() => mapping.read16(1)).toThrow(/multiple of the width, 2 bytes/);
    expect(() => mapping.write64(4, 0n)).toThrow(/multiple of the width, 8 bytes/);
  });

  it("a value that does not fit, or is no number", () => {
    const { mapping } = mapBytes();
    for (const value of [-1, 256, 0.5, Number.NaN]) {
      expect(() => mapping.write8(0, value)).toThrow(RangeError);
    }
    expect(() => mapping.write16(0, 0x1_0000)).toThrow(RangeError);
    expect(() => mapping.write32(0, 2 ** 32)).toThrow(RangeError);
    expect(() => mapping.write64(0, 2n ** 64n)).toThrow(RangeError);
    expect(() => mapping.write64(0, -1n)).toThrow(RangeError);
    expect(() => mapping.write64(0, 1 as never)).toThrow(TypeError);
    expect(() => mapping.write32(0, 1n as never)).toThrow(TypeError);
    expect(mapping.read64(0)).toBe(view.getBigUint64(0, true));
  });

  it("bytes that do not fit", () => {
    const { mapping } = mapBytes();
    expect(() => mapping.readBytes(8190, new Uint8Array(3))).toThrow(RangeError);
    expect(() => mapping.writeBytes(0, [1, 2] as never)).toThrow(TypeError);
  });
});

describe("the end of a mapping", () => {
  it("is munmap, once; then every access says so", () => {
    const { mapping } = mapBytes();
    const mapped = mappingsOf("node-vfio-");
    mapping.close();
    mapping.close();
    expect(mapping.closed).toBe(true);
    expect(mappingsOf("node-vfio-")).toBe(mapped - 1);
    for (const access of [
      () => mapping.read8(0),
      () => mapping.write64(0, 0n),
      () => mapping.read32(-1),
      () => mapping.readBytes(0, new Uint8Array(1)),
    ]) {
      expect(access).toThrow(/the mapping is closed/);
    }
  });

  it("does not disturb the next mapping, which may get its place", () => {
    const { kernel, fd, mapping } = mapBytes();
    mapping.close();
    const next = kernel.mmap(fd, { offset: 4096, length: 4096 });
    expect(next.read8(0)).toBe(BYTES[4096]);
    expect(() => mapping.read8(0)).toThrow(/closed/);
  });

  it("outlives its descriptor", () => {
    const { kernel, fd, mapping } = mapBytes();
    kernel.close(fd);
    expect(mapping.read8(1)).toBe(BYTES[1]);
  });
});

describe("memory that does not answer", () => {
  it("is EIO, and the process goes on", () => {
    const kernel = testKernel();
    const path = temporaryFile(BYTES);
    const mapping = kernel.mmap(kernel.open(path, OpenFlags.readWrite), {
      offset: 0,
      length: 8192,
    });
    truncateSync(path, 4096);
    const dead = expect.objectContaining({ name: "VfioError", code: "EIO", syscall: "access" });
    for (const access of [
      () => mapping.read8(4096),
      () => mapping.read16(4096),
      () => mapping.read32(4096),
      () => mapping.read64(4096),
      () => mapping.write8(4096, 1),
      () => mapping.write16(4096, 1),
      () => mapping.write32(4096, 1),
      () => mapping.write64(4096, 1n),
      () => mapping.readBytes(4000, new Uint8Array(200)),
      () => mapping.writeBytes(4000, new Uint8Array(200)),
    ]) {
      expect(access).toThrow(dead);
    }
    expect(mapping.read8(4095)).toBe(0);
    truncateSync(path, 8192);
    expect(mapping.read32(4096)).toBe(0);
  });

  it("is EIO for a write to a mapping that may only be read", () => {
    const { kernel, fd } = mapBytes();
    const mapping = kernel.mmap(fd, { offset: 0, length: 4096, protection: Protection.read });
    expect(mapping.read8(1)).toBe(BYTES[1]);
    expect(() => mapping.write8(1, 0)).toThrow(expect.objectContaining({ code: "EIO" }));
  });
});

describe("mmap", () => {
  it("refuses what the kernel refuses, in its words", () => {
    const { kernel, fd } = mapBytes();
    const einval = expect.objectContaining({ code: "EINVAL", syscall: "mmap" });
    expect(() => kernel.mmap(fd, { offset: 1, length: 4096 })).toThrow(einval);
    expect(() => kernel.mmap(fd, { offset: 0, length: 0 })).toThrow(einval);
    expect(() => kernel.mmap(12345, { offset: 0, length: 4096 })).toThrow(
      expect.objectContaining({ code: "EBADF" }),
    );
    expect(() => kernel.mmap(fd, { offset: -4096, length: 4096 })).toThrow(RangeError);
    expect(() => kernel.mmap(fd, { offset: 0, length: 4096, protection: 4 })).toThrow(RangeError);
    expect(() => kernel.mmap(fd, { offset: 0, length: "1" as never })).toThrow(TypeError);
  });

  it("maps a private copy where that is asked for", () => {
    const { kernel, fd, mapping } = mapBytes();
    const copy = kernel.mmap(fd, { offset: 0, length: 4096, private: true });
    copy.write8(0, 99);
    expect(mapping.read8(0)).toBe(BYTES[0]);
  });
});
