// Goal: the chip behind the registers behaves as QEMU's (3.9), without a kernel around it.

import { describe, expect, test } from "vitest";
import { SimulatedClock } from "../../src/simulator/clock.js";
import { EduChip } from "../../src/simulator/drivers/edu/chip.js";
import { eduRegisters } from "../../src/simulator/drivers/edu/registers.js";
import type { ChipBus } from "../../src/simulator/pci/chip.js";

function edu(options = {}) {
  const clock = new SimulatedClock();
  const memory = new Uint8Array(0x2000);
  const seen: string[] = [];
  const bus: ChipBus = {
    clock,
    hazards: { meet: (name) => seen.push(name), met: [] },
    dmaRead: (address, target) => target.set(memory.subarray(address, address + target.length)),
    dmaWrite: (address, source) => memory.set(source, address),
    setIntx: (asserted) => seen.push(asserted ? "up" : "down"),
    msiEnabled: false,
    msixEnabled: false,
    sendMsi: () => seen.push("msi"),
    sendMsix: () => {},
  };
  const chip = new EduChip(bus, options);
  const read = (offset: number) => chip.read(0, offset, 4);
  const write = (offset: number, value: number) => chip.write(0, offset, 4, value);
  const start = (source: number, destination: number, count: number, command: number) => {
    write(0x80, source);
    write(0x88, destination);
    write(0x90, count);
    write(0x98, command);
  };
  return { chip, clock, memory, seen, read, write, start };
}

describe("registers", () => {
  test("each register of the map is there, and nothing else", () => {
    const { read } = edu();
    const mapped = new Set<number>(Object.values(eduRegisters).map(({ offset }) => offset));
    const hidden = new Set([0x60, 0x64]);
    for (let offset = 0; offset < 0x200; offset += 4) {
      const answers = read(offset) !== 0xffffffff;
      expect([offset, answers]).toEqual([offset, mapped.has(offset) && !hidden.has(offset)]);
    }
  });

  test("narrow cycles find nothing, wide ones only the DMA engine", () => {
    const { chip, write } = edu();
    expect(chip.read(0, 0, 1)).toBe(0);
    expect(chip.read(0, 0, 2)).toBe(0);
    expect(chip.read64(0, 0)).toBe(0xffff_ffff_ffff_ffffn);
    chip.write64(0, 0x80, 0x1122_3344_5566_7788n);
    expect(chip.read64(0, 0x80)).toBe(0x1122_3344_5566_7788n);
    expect(chip.read(0, 0x80, 4)).toBe(0x55667788);
    expect(chip.read(0, 0x84, 4)).toBe(0xffffffff);
    write(0x80, 1);
    expect(chip.read64(0, 0x80)).toBe(1n);
  });

  test("factorials are taken modulo 2^32", () => {
    const { read, write } = edu();
    const factorial = (n: number) => {
      write(0x08, n);
      return read(0x08);
    };
    expect([0, 1, 5, 13, 34].map(factorial)).toEqual([1, 1, 0x78, 0x7328cc00, 0]);
  });

  test("a long computation is busy, and does not listen", () => {
    const { clock, read, write } = edu();
    write(0x20, 0xffffffff);
    write(0x08, 5_000_000);
    expect(read(0x20)).toBe(0x81);
    write(0x08, 3);
    expect(read(0x08)).toBe(5_000_000);
    clock.advance(5);
    expect([read(0x20), read(0x08), read(0x24)]).toEqual([0x80, 0, 1]);
  });
});

describe("interrupts", () => {
  test("the line is up while a bit is set", () => {
    const { seen, read, write } = edu();
    write(0x60, 0x6);
    write(0x60, 0x1);
    write(0x64, 0x6);
    expect(read(0x24)).toBe(1);
    write(0x64, 0x1);
    expect(seen).toEqual(["up", "up", "down"]);
  });

  test("raising nothing says nothing", () => {
    const { seen, write } = edu();
    write(0x60, 0);
    expect(seen).toEqual([]);
  });
});

describe("DMA", () => {
  test("takes 100 ms, and its registers do not listen meanwhile", () => {
    const { clock, memory, seen, read, write, start } = edu();
    memory.set([1, 2, 3], 0x100);
    start(0x100, 0x40000, 3, 5);
    write(0x90, 1);
    write(0x98, 7);
    clock.advance(99);
    expect([read(0x98), read(0x90)]).toEqual([5, 3]);
    clock.advance(1);
    expect([read(0x98), read(0x24), seen]).toEqual([4, 0x100, ["up"]]);
    start(0x40000, 0x200, 3, 3);
    clock.advance(100);
    expect([...memory.subarray(0x200, 0x204)]).toEqual([1, 2, 3, 0]);
  });

  test("a command without the start bit is ignored", () => {
    const { read, write } = edu();
    write(0x98, 2);
    expect(read(0x98)).toBe(0);
  });

  test("addresses are cut to the mask", () => {
    const { clock, memory, start } = edu({ dmaMask: 0xfff });
    memory.set([9], 0x010);
    start(0x40000, 0x5555_5010, 1, 3);
    clock.advance(100);
    expect(memory[0x010]).toBe(0);
  });

  test("the whole buffer fits, a byte more is a hazard", () => {
    const { clock, seen, start } = edu();
    start(0, 0x40000, 4096, 1);
    clock.advance(100);
    expect(seen).toEqual([]);
    start(0, 0x40000, 4097, 1);
    clock.advance(100);
    start(0, 0x3ffff, 1, 1);
    clock.advance(100);
    expect(seen).toEqual(["edu-dma-outside", "edu-dma-outside"]);
  });
});
