// Goal: memory is there as long as anybody can reach it (a view, a transferred buffer, a hold) and
// goes back afterwards; no order of letting go crashes the process.

import { expect, it } from "vitest";
import { Protection } from "../../src/kernel.js";
import { collectGarbage, describe, isMapped, runProgram, testKernel } from "./host.js";

describe("allocate", () => {
  it("gives whole zeroed pages with an address", () => {
    const kernel = testKernel();
    const memory = kernel.allocate(5000);
    expect(memory.length).toBe(Math.ceil(5000 / kernel.pageSize) * kernel.pageSize);
    expect(memory.bytes.length).toBe(memory.length);
    expect(memory.address % BigInt(kernel.pageSize)).toBe(0n);
    expect(memory.bytes.every((byte) => byte === 0)).toBe(true);
    expect(isMapped(memory.address)).toBe(true);
    memory.bytes.fill(1);
  });

  it("gives shared memory, and huge pages where the host has them", () => {
    const kernel = testKernel();
    kernel.allocate(4096, { shared: true }).bytes.fill(1);
    try {
      const memory = kernel.allocate(1, { hugePageSize: 2 ** 21 });
      expect(memory.length).toBe(2 ** 21);
    } catch (error) {
      expect(error).toMatchObject({ code: "ENOMEM", syscall: "mmap" });
    }
  });

  it("gives no bytes to see where touching them would end the process", () => {
    const kernel = testKernel();
    for (const protection of [Protection.none, Protection.read, Protection.write]) {
      const memory = kernel.allocate(4096, { protection });
      expect(memory.bytes.length).toBe(0);
      expect(isMapped(memory.address)).toBe(true);
    }
  });

  it("refuses what it cannot be", () => {
    const kernel = testKernel();
    for (const length of [0, -1, 1.5, Number.NaN, 2 ** 60]) {
      expect(() => kernel.allocate(length)).toThrow(RangeError);
    }
    expect(() => kernel.allocate("1" as never)).toThrow(TypeError);
    expect(() => kernel.allocate(1, { hugePageSize: 3 })).toThrow(RangeError);
    expect(() => kernel.allocate(1, { protection: 4 })).toThrow(RangeError);
    expect(() => kernel.allocate(1, { shared: 1 as never })).toThrow(TypeError);
    expect(() => kernel.allocate(1, { hugePageSize: 2 ** 13 })).toThrow(
      expect.objectContaining({ name: "VfioError" }),
    );
  });
});

describe("letting go", () => {
  it("by free(): the bytes are gone at once, the pages when nobody has a view", async () => {
    const kernel = testKernel();
    const memory = kernel.allocate(1 << 20);
    let view: Uint8Array | undefined = memory.bytes;
    memory.free();
    memory.free();
    expect(memory.freed).toBe(true);
    expect(memory.bytes.length).toBe(0);
    await collectGarbage();
    view[0] = 1;
    expect(isMapped(memory.address)).toBe(true);
    view = undefined;
    await collectGarbage();
    expect(isMapped(memory.address)).toBe(false);
  });

  it("by dropping it, views or not", async () => {
    const kernel = testKernel();
    const addresses = Array.from({ length: 8 }, (_, at) => {
      const protection = at % 2 === 0 ? Protection.readWrite : Protection.none;
      return kernel.allocate(1 << 20, { protection }).address;
    });
    await collectGarbage();
    expect(addresses.filter(isMapped)).toEqual([]);
  });

  it("not while it is held, whatever else is let go of", async () => {
    const kernel = testKernel();
    const memory = kernel.allocate(1 << 20);
    const { address } = memory;
    const first = kernel.hold(address + 4096n, 4096n);
    const second = kernel.hold(address, 1n << 20n);
    memory.free();
    expect(kernel.hold(address, 1n)).toBeUndefined();
    await collectGarbage();
    expect(isMapped(address)).toBe(true);
    first?.release();
    first?.release();
    await collectGarbage();
    expect(isMapped(address)).toBe(true);
    second?.release();
    expect(isMapped(address)).toBe(false);
  });

  it("not while a transferred buffer has the bytes", async () => {
    const kernel = testKernel();
    const memory = kernel.allocate(1 << 20);
    const moved = transfer(memory.bytes.buffer);
    if (moved === undefined) return;
    memory.free();
    await collectGarbage();
    new Uint8Array(moved).fill(7);
    expect(isMapped(memory.address)).toBe(true);
  });
});

describe("hold", () => {
  it("is for memory that is wholly ours", () => {
    const kernel = testKernel();
    const { address } = kernel.allocate(8192);
    expect(kernel.hold(address, 8192n)).toBeDefined();
    expect(kernel.hold(address, 8193n)).toBeUndefined();
    expect(kernel.hold(address - 1n, 2n)).toBeUndefined();
    expect(kernel.hold(0n, 1n)).toBeUndefined();
    expect(kernel.hold(address, 2n ** 64n - 1n)).toBeUndefined();
    expect(() => kernel.hold(1 as never, 1n)).toThrow(TypeError);
    expect(() => kernel.hold(-1n, 1n)).toThrow(RangeError);
  });
});

describe("a process", () => {
  it("survives a transfer that is followed by free, collection and the end", () => {
    const { status, stderr } = runProgram(`
      const kernel = new LinuxKernel();
      const moved = [];
      for (let i = 0; i < 50; i++) {
        const memory = kernel.allocate(65536);
        const buffer = memory.bytes.buffer;
        moved.push(buffer.transfer?.() ?? buffer);
        memory.free();
      }
      globalThis.gc?.();
      setTimeout(() => moved.forEach((buffer) => new Uint8Array(buffer).fill(1)), 20);
    `);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

/** `buffer.transfer()` where this Node has it. */
function transfer(buffer: ArrayBuffer): ArrayBuffer | undefined {
  return (buffer as { transfer?(): ArrayBuffer }).transfer?.();
}
