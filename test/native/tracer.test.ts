// Goal: the tracer itself tells the truth: it sees what JavaScript does to memory behind V8's back,
// so that "no fault found" elsewhere means something.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Memory } from "../../src/kernel.js";
import { LinuxKernel } from "../../src/linux/index.js";
import { noAddon } from "../linux/host.js";
import { describeAccesses, noTracer, traceAccesses } from "./tracer.js";

describe.skipIf((noAddon ?? noTracer) !== undefined)("the tracer", () => {
  let kernel: LinuxKernel;
  let memory: Memory;
  const trace = (action: () => void) => describeAccesses(traceAccesses(memory, action));

  beforeAll(() => {
    kernel = new LinuxKernel();
    memory = kernel.allocate(4096);
  });
  afterAll(() => kernel.shutdown());

  it("sees the exact access of a typed array", () => {
    const words = new Uint32Array(memory.bytes.buffer);
    expect(
      trace(() => {
        words[4] = words[1]! + 1;
      }),
    ).toEqual(["read 4 at 0x4", "write 4 at 0x10"]);
  });

  it("sees four reads of a byte where Buffer.readUInt32LE is asked for one of four", () => {
    const buffer = Buffer.from(memory.bytes.buffer);
    const reads = trace(() => buffer.readUInt32LE(8));
    expect(reads.toSorted()).toEqual([8, 9, 10, 11].map((at) => `read 1 at 0x${at.toString(16)}`));
  });

  it("sees an exchange where Atomics.store is asked for a write", () => {
    const words = new Int32Array(memory.bytes.buffer);
    expect(trace(() => Atomics.store(words, 3, 7))).toEqual(["exchange 4 at 0xc"]);
  });

  it("sees wide accesses of a copy", () => {
    const copied = trace(() => memory.bytes.slice(0, 64));
    expect(copied.length).toBeLessThan(64);
    expect(copied.every((line) => line.startsWith("read "))).toBe(true);
  });

  it("sees nothing where nothing happens, and leaves the memory usable", () => {
    expect(trace(() => {})).toEqual([]);
    memory.bytes.fill(1);
  });
});
