// Goal: what a program asks of mapped device memory is what the device sees: for each access one of
// exactly that width, none lost, merged, split, widened, narrowed or added, in code that runs for
// the first time and in code that V8 has compiled.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Mapping, OpenFlags } from "../../src/kernel.js";
import { LinuxKernel } from "../../src/linux/index.js";
import { describeAccesses, noTracer, traceAccesses } from "../native/tracer.js";
import { noAddon } from "./host.js";

/** Often enough for V8 to compile, several times over. */
const MANY = 30_000;

/** A program on a mapping, and the accesses that it asks for. */
interface Case {
  name: string;
  run(mapping: Mapping): unknown;
  expected: string[];
  /** How often it is run before it counts as hot. */
  times?: number;
}

const cases: Case[] = [
  ...([8, 16, 32, 64] as const).flatMap((bits): Case[] => [
    {
      name: `read${bits}, the value ignored: a flush of posted writes`,
      run: (mapping) => void mapping[`read${bits}`](bits),
      expected: [`read ${bits / 8} at 0x${bits.toString(16)}`],
    },
    {
      name: `read${bits} twice, the second used: clear on read`,
      run: (mapping) => {
        mapping[`read${bits}`](8);
        return mapping[`read${bits}`](8);
      },
      expected: [`read ${bits / 8} at 0x8`, `read ${bits / 8} at 0x8`],
    },
  ]),
  {
    name: "one bit of a register",
    run: (mapping) => (mapping.read32(4) & 1) !== 0,
    expected: ["read 4 at 0x4"],
  },
  {
    name: "one byte of a register",
    run: (mapping) => (mapping.read32(4) >>> 8) & 0xff,
    expected: ["read 4 at 0x4"],
  },
  {
    name: "the upper half of 64 bits",
    run: (mapping) => BigInt.asUintN(64, mapping.read64(8) >> 32n),
    expected: ["read 8 at 0x8"],
  },
  {
    name: "the same write twice",
    run: (mapping) => {
      mapping.write32(0, 1);
      mapping.write32(0, 1);
    },
    expected: ["write 4 at 0x0", "write 4 at 0x0"],
  },
  {
    name: "neighbouring writes of every width",
    run: (mapping) => {
      mapping.write8(0, 1);
      mapping.write8(1, 2);
      mapping.write16(2, 3);
      mapping.write32(4, 0xffff_ffff);
      mapping.write64(8, 0xffff_ffff_ffff_ffffn);
    },
    expected: [
      "write 1 at 0x0",
      "write 1 at 0x1",
      "write 2 at 0x2",
      "write 4 at 0x4",
      "write 8 at 0x8",
    ],
  },
  {
    name: "read, change, write",
    run: (mapping) => mapping.write16(6, mapping.read16(6) | 4),
    expected: ["read 2 at 0x6", "write 2 at 0x6"],
  },
  {
    name: "a loop over four registers",
    run: (mapping) => {
      let sum = 0;
      for (let i = 0; i < 4; i++) sum += mapping.read32(16 + 4 * i);
      return sum;
    },
    expected: [16, 20, 24, 28].map((at) => `read 4 at 0x${at.toString(16)}`),
  },
  {
    name: "a copy out: naturally aligned accesses of at most 8 bytes",
    run: (mapping) => mapping.readBytes(1, new Uint8Array(22)),
    expected: [
      "read 1 at 0x1",
      "read 2 at 0x2",
      "read 4 at 0x4",
      "read 8 at 0x8",
      "read 4 at 0x10",
      "read 2 at 0x14",
      "read 1 at 0x16",
    ],
  },
  {
    name: "a copy in",
    run: (mapping) => mapping.writeBytes(8, new Uint8Array(20)),
    expected: ["write 8 at 0x8", "write 8 at 0x10", "write 4 at 0x18"],
  },
  {
    name: "a refused access: nothing at all",
    run: (mapping) => {
      expect(() => mapping.read32(2)).toThrow(RangeError);
      expect(() => mapping.write32(4096, 1)).toThrow(RangeError);
    },
    expected: [],
    times: 300,
  },
];

describe.skipIf((noAddon ?? noTracer) !== undefined)("an access to mapped memory", () => {
  const folder = mkdtempSync(join(tmpdir(), "node-vfio-"));
  let kernel: LinuxKernel;
  let mapping: Mapping;

  beforeAll(() => {
    const path = join(folder, "bar");
    writeFileSync(path, new Uint8Array(4096));
    kernel = new LinuxKernel();
    mapping = kernel.mmap(kernel.open(path, OpenFlags.readWrite), { offset: 0, length: 4096 });
  });
  afterAll(() => {
    kernel.shutdown();
    rmSync(folder, { recursive: true });
  });

  for (const { name, run, expected, times = MANY } of cases) {
    it(`is exact, cold and hot: ${name}`, () => {
      const trace = () => describeAccesses(traceAccesses(mapping, () => run(mapping)));
      expect(trace(), "cold").toEqual(expected);
      for (let i = 0; i < times; i++) run(mapping);
      expect(trace(), "hot").toEqual(expected);
    });
  }

  it("is exact in a compiled loop that is traced as a whole", () => {
    const poll = (times: number) => {
      let seen = 0;
      for (let i = 0; i < times; i++) {
        mapping.read32(0x40);
        if ((mapping.read32(0x44) & 1) !== 0) seen++;
      }
      return seen;
    };
    for (let i = 0; i < 100; i++) poll(1000);
    const lines = describeAccesses(traceAccesses(mapping, () => poll(2000)));
    expect(lines.length).toBe(4000);
    expect(new Set(lines)).toEqual(new Set(["read 4 at 0x40", "read 4 at 0x44"]));
  });
});
