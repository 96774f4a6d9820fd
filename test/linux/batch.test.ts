// Goal: a batch does what its operations would do one by one, in order, exactly; and stops at the
// first that fails.

import { truncateSync } from "node:fs";
import { expect, it } from "vitest";
import { OpenFlags } from "../../src/kernel.js";
import { Batch } from "../../src/linux/index.js";
import { describeAccesses, noTracer, traceAccesses } from "../native/tracer.js";
import { describe, openTemporary, temporaryFile, testKernel } from "./host.js";

const BYTES = Uint8Array.from({ length: 8192 }, (_, at) => (at * 7) & 0xff);

function mapBytes() {
  const kernel = testKernel();
  return kernel.mmap(openTemporary(kernel, BYTES), { offset: 0, length: BYTES.length });
}

describe("a batch", () => {
  it("reads and writes at every width, in order", () => {
    const mapping = mapBytes();
    const batch = new Batch(16);
    const first = batch.read32(8);
    batch.write8(8, 0xff);
    batch.write16(10, 0xfffe);
    const second = batch.read32(8);
    batch.write32(16, 0xffff_fffd);
    batch.write64(24, 0xffff_ffff_ffff_fffcn);
    const wide = [batch.read64(16), batch.read64(24)];
    const narrow = [batch.read8(1), batch.read16(2)];
    mapping.execute(batch);
    const view = new DataView(BYTES.buffer);
    expect(batch.length).toBe(10);
    expect(batch.value(first)).toBe(view.getUint32(8, true));
    expect(batch.value(second)).toBe(((0xfffe << 16) | (BYTES[9]! << 8) | 0xff) >>> 0);
    expect(batch.wideValue(wide[0]!)).toBe(
      (BigInt(view.getUint32(20, true)) << 32n) | 0xffff_fffdn,
    );
    expect(batch.wideValue(wide[1]!)).toBe(0xffff_ffff_ffff_fffcn);
    expect(narrow.map((index) => batch.value(index))).toEqual([7, view.getUint16(2, true)]);
  });

  it("can be executed again, and filled again", () => {
    const mapping = mapBytes();
    const batch = new Batch(2);
    batch.read8(0);
    mapping.execute(batch);
    mapping.write8(0, 99);
    mapping.execute(batch);
    expect(batch.value(0)).toBe(99);
    batch.clear();
    expect(batch.length).toBe(0);
    expect(() => batch.value(0)).toThrow(RangeError);
    mapping.execute(batch);
    batch.write8(0, 5);
    mapping.execute(batch);
    expect(mapping.read8(0)).toBe(5);
  });

  it.skipIf(noTracer !== undefined)("is exact to the access", () => {
    const mapping = mapBytes();
    const batch = new Batch(8);
    batch.read32(0);
    batch.read32(0);
    batch.write16(2, 1);
    batch.write16(2, 1);
    batch.read64(8);
    batch.write8(9, 1);
    const trace = () => describeAccesses(traceAccesses(mapping, () => mapping.execute(batch)));
    const expected = [
      "read 4 at 0x0",
      "read 4 at 0x0",
      "write 2 at 0x2",
      "write 2 at 0x2",
      "read 8 at 0x8",
      "write 1 at 0x9",
    ];
    expect(trace()).toEqual(expected);
    for (let i = 0; i < 10_000; i++) mapping.execute(batch);
    expect(trace()).toEqual(expected);
  });

  it("reaches beyond 4 GiB", () => {
    const kernel = testKernel();
    const path = temporaryFile(0);
    truncateSync(path, 6 * 2 ** 30);
    const fd = kernel.open(path, OpenFlags.readWrite);
    const mapping = kernel.mmap(fd, { offset: 0, length: 6 * 2 ** 30 });
    const batch = new Batch(3);
    batch.write32(5 * 2 ** 30, 42);
    batch.read32(5 * 2 ** 30);
    mapping.execute(batch);
    expect(batch.value(1)).toBe(42);
    batch.read32(6 * 2 ** 30);
    expect(() => mapping.execute(batch)).toThrow(/offset 6442450944/);
  });
});

describe("a batch that fails", () => {
  it("has done what stands before, and nothing after", () => {
    const mapping = mapBytes();
    for (const [offset, message] of [
      [8192, /outside/],
      [4098, /multiple of the width, 4/],
    ] as const) {
      const batch = new Batch(4);
      batch.write8(0, 1);
      batch.write8(1, 2);
      batch.write32(offset, 3);
      batch.write8(2, 4);
      mapping.write8(0, 0);
      mapping.write8(2, 0);
      expect(() => mapping.execute(batch)).toThrow(RangeError);
      expect(() => mapping.execute(batch)).toThrow(message);
      expect(mapping.read8(0)).toBe(1);
      expect(mapping.read8(1)).toBe(2);
      expect(mapping.read8(2)).toBe(0);
    }
  });

  it("by a bus error says where", () => {
    const kernel = testKernel();
    const path = temporaryFile(BYTES);
    const fd = kernel.open(path, OpenFlags.readWrite);
    const mapping = kernel.mmap(fd, { offset: 0, length: 8192 });
    truncateSync(path, 4096);
    for (const add of ["read32", "write32"] as const) {
      const batch = new Batch(4);
      batch[add](0, 1);
      batch[add](4096, 1);
      batch[add](4, 7);
      expect(() => mapping.execute(batch)).toThrow(
        expect.objectContaining({ code: "EIO", hint: expect.stringContaining("offset 4096") }),
      );
    }
    expect(mapping.read32(0)).toBe(1);
    expect(mapping.read32(4)).not.toBe(7);
  });

  it("because its mapping is closed, or it is no batch", () => {
    const mapping = mapBytes();
    expect(() => mapping.execute({ bytes: new Uint8Array(16), length: 1 } as never)).toThrow(
      TypeError,
    );
    mapping.close();
    expect(() => mapping.execute(new Batch(1))).toThrow(/closed/);
  });
});

describe("an operation", () => {
  it("is checked when it is added", () => {
    const batch = new Batch(2);
    for (const offset of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => batch.read8(offset)).toThrow(RangeError);
    }
    expect(() => batch.read8("0" as never)).toThrow(TypeError);
    expect(() => batch.write8(0, 256)).toThrow(RangeError);
    expect(() => batch.write16(0, -1)).toThrow(RangeError);
    expect(() => batch.write32(0, 2 ** 32)).toThrow(RangeError);
    expect(() => batch.write64(0, -1n)).toThrow(RangeError);
    expect(() => batch.write32(0, 1n as never)).toThrow(TypeError);
    expect(() => batch.write64(0, 1 as never)).toThrow(TypeError);
    expect(batch.length).toBe(0);
    batch.read8(0);
    batch.read8(1);
    expect(() => batch.read8(2)).toThrow(/room for 2/);
    expect(() => new Batch(0)).toThrow(RangeError);
    for (const index of [-1, 2, 0.5, Number.NaN]) {
      expect(() => batch.value(index)).toThrow(RangeError);
      expect(() => batch.wideValue(index)).toThrow(RangeError);
    }
  });
});
