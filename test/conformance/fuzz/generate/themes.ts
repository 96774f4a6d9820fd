import fc from "fast-check";
import type { Op, Sequence, Theme } from "../op.js";
import { digits, features, iommu, irq, lifecycle, op, type Weighted, words } from "./common.js";
import * as n from "./numbers.js";

/** From nothing to a group in a container with an IOMMU. */
function attachedGroup(target: number): readonly Op[] {
  return [
    ["openContainer", 0],
    ["openGroup", target],
    ["setContainer", 0, 0],
    ["setIommu", 0, 3],
  ];
}

/** From nothing to an open device of a target. */
function opened(target: number): readonly Op[] {
  return [...attachedGroup(target), ["openDevice", 0, 0, target, 0], ["info", 0, 20, 24]];
}

const deviceInfo: readonly Weighted[] = [
  words,
  op(
    1,
    "region",
    n.slot(2),
    n.among(0, 1, 2, 6, 7, 8, 9, 16, 17, 0xffffffff),
    n.argsz(32, 32),
    n.mostly(48, 31, 32, 40),
  ),
  op(1, "irqInfo", n.slot(2), n.among(0, 1, 2, 3, 4, 5, 0xffffffff), n.argsz(16, 16)),
  op(1, "reset", n.slot(2)),
  features,
];

const signals = op(3, "signals", n.slot(3));

const configOffset = fc.oneof(
  fc.nat({ max: 0x4f }),
  n.among(0x04, 0x10, 0x42, 0x50, 0x51, 0xfc, 0xff, 0x100),
);

/** edu copies between the pages that sequences map. */
const dma: readonly Weighted[] = [
  op(1, "dma", n.among(0), page(), page(), n.among(0x10, 0x800, 0x801, 0xffe), n.among(1, 2)),
];

function page(): n.Numbers {
  return fc.nat({ max: 7 }).map((number) => number * 0x1000);
}

/** What each theme's sequences are made of. */
const mixtures: Record<Theme, readonly Weighted[]> = {
  emulated: [...lifecycle, ...iommu, words],
  hardware: [...lifecycle, ...iommu, ...dma, words],
  mtty: [
    ...thin(lifecycle),
    ...deviceInfo,
    signals,
    op(20, "write", n.slot(2), n.mostly(0, 1, 6, 9), fc.nat({ max: 8 }), digits(1, 1, 1, 1, 2, 4)),
    op(20, "read", n.slot(2), n.mostly(0, 1, 6, 9), fc.nat({ max: 8 }), n.mostly(1, 0, 2, 4)),
    op(3, "write", n.slot(2), n.among(7), fc.nat({ max: 0xff }), digits(1, 2, 4, 8)),
    op(3, "read", n.slot(2), n.among(7), fc.nat({ max: 0xff }), n.among(1, 2, 4, 16)),
    irq(8, n.among(0, 0, 0, 1, 1, 2, 4, 5), 5),
    op(3, "migrate", n.slot(2), n.among(1, 1, 2, 2, 3, 4, 5, 6, 7, 0, 8), n.slot(2)),
    op(2, "streamRead", n.slot(2), n.among(0, 8, 24, 96, 200)),
    op(2, "streamWrite", n.slot(2), digits(1, 8, 24, 60, 96)),
    op(1, "precopy", n.slot(2), n.argsz(24, 24)),
  ],
  display: [
    ...thin(lifecycle),
    ...deviceInfo,
    op(8, "read", n.slot(2), n.among(0), displayOffset(), n.among(1, 2, 4, 8, 0)),
    op(8, "write", n.slot(2), n.among(0), displayOffset(), digits(1, 2, 4, 4, 8)),
    op(4, "write", n.slot(2), n.among(0), dispi(), digits(2)),
    op(
      4,
      "plane",
      n.slot(2),
      n.among(2, 2, 4, 4, 3, 5, 0, 1, 6, 8),
      n.among(1, 1, 0),
      n.argsz(64, 60),
    ),
    op(
      2,
      "mmap",
      n.slot(2),
      n.slot(2),
      n.among(0),
      n.among(0x1000, 0x3000, 0, 0x2000),
      n.among(0x1000, 0x4000, 0x200000, 0x400000, 0x401000),
      n.mostly(0, 1),
    ),
    ...mapped(0x4000),
    irq(1, n.among(0, 1), 1),
  ],
  edu: [
    ...thin(lifecycle),
    ...deviceInfo,
    signals,
    ...pciAccess(n.among(0, 0, 0, 0, 0, 1, 6, 8, 9)),
    irq(10, n.among(0, 0, 0, 1, 1, 2, 3, 4), 1),
    op(3, "raise", n.slot(2), n.among(1, 1, 0x100, 0)),
    op(2, "kick"),
    op(1, "settle"),
    op(
      3,
      "ioeventfd",
      n.slot(2),
      n.mostly(4, 1, 2, 8, 3, 0, 16),
      n.mostly(0, 1, 7),
      n.among(4, 0x20, 0x80, 0x88, 0xffffe),
      n.among(0, 1, 0x1234),
      n.among(0, 1, -1, -1, -2),
    ),
    op(1, "hotResetInfo", n.slot(2), n.argsz(28, 12)),
    op(
      1,
      "hotReset",
      n.slot(2),
      n.argsz(16, 12),
      n.mostly(0, 1),
      n.among(0, 1, 2),
      n.among(0, 8, 9),
    ),
    op(
      3,
      "mmap",
      n.slot(2),
      n.slot(2),
      n.mostly(0, 1, 7),
      n.mostly(0, 0x1000, 0xff000, 0x100000),
      n.mostly(0x1000, 0x100000, 0x101000),
      n.mostly(0, 1),
    ),
    ...mapped(0x100),
  ],
  nvme: [
    ...thin(thin(lifecycle)),
    ...deviceInfo.slice(0, 2),
    signals,
    irq(20, n.among(2, 2, 2, 2, 0, 3, 4), 65),
    op(6, "read", n.slot(2), n.among(7), fc.nat({ max: 0x1000 }), n.among(1, 2, 4, 8)),
  ],
  bridge: [
    ...thin(lifecycle),
    op(3, "hotResetInfo", n.slot(2), n.argsz(28, 12)),
    op(
      4,
      "hotReset",
      n.slot(2),
      n.argsz(16, 12),
      n.mostly(0, 1),
      n.among(0, 1, 2, 3),
      n.among(0, 0, 1, 8, 9),
    ),
    op(
      4,
      "hotReset",
      n.slot(2),
      n.argsz(20, 12),
      n.mostly(0, 1),
      n.among(0, 1, 2, 3),
      n.among(0, 1, 8, 9),
      n.among(0, 1, 8, 9),
    ),
    ...pciAccess(n.among(0)),
  ],
  processes: [
    ...lifecycle,
    ...thin(iommu),
    op(6, "switch"),
    op(1, "kill"),
    op(2, "read", n.slot(2), n.mostly(7, 0), fc.nat({ max: 0x40 }), n.among(1, 4)),
    irq(2, n.among(0, 1), 1),
  ],
  binding: [
    ...thin(lifecycle),
    op(6, "override", n.slot(2), fc.nat({ max: 5 })),
    op(4, "probe", fc.nat({ max: 6 })),
    op(5, "bind", fc.nat({ max: 2 }), n.among(0, 0, 0, 1, 1, 2, 3, 4, 5, 6)),
    op(5, "unbind", fc.nat({ max: 2 }), n.among(0, 0, 0, 1, 1, 2, 3, 4, 5, 6)),
    op(1, "newId", fc.nat({ max: 5 })),
    op(1, "removeId", fc.nat({ max: 5 })),
    op(6, "bindings"),
  ],
  sysfs: [
    ...thin(lifecycle),
    op(6, "createMdev", fc.nat({ max: 5 }), fc.nat({ max: 7 })),
    op(6, "removeMdev", fc.nat({ max: 7 }), fc.nat({ max: 5 })),
    op(3, "readType", fc.nat({ max: 5 }), fc.nat({ max: 5 })),
    op(2, "listMdevs", fc.nat({ max: 5 })),
  ],
};

/** The same steps, a quarter as often. */
function thin(steps: readonly Weighted[]): readonly Weighted[] {
  return steps.map(({ weight, arbitrary }) => ({ weight: weight / 4, arbitrary }));
}

/** Reads and writes of registers and of configuration space. */
function pciAccess(regions: n.Numbers): readonly Weighted[] {
  const offset = fc.oneof(
    fc.nat({ max: 0xa8 }),
    n.among(0, 4, 0x20, 0x24, 0x64, 0x80, 0xffffc, 0xfffff, 0x100000),
    fc.nat({ max: 0x100010 }),
  );
  return [
    op(6, "read", n.slot(2), regions, offset, n.among(4, 4, 4, 1, 2, 8, 3, 16, 0)),
    op(6, "write", n.slot(2), regions, offset, digits(4, 4, 4, 1, 2, 8, 3)),
    op(6, "read", n.slot(2), n.among(7), configOffset, n.among(1, 2, 4, 4, 8, 3)),
    op(6, "write", n.slot(2), n.among(7), writableConfig(), digits(1, 2, 4, 4)),
  ];
}

/**
 * Where configuration space may be written: what outlives a close is put back between sequences.
 */
function writableConfig(): n.Numbers {
  return fc.oneof(fc.nat({ max: 0x4a }), n.among(0x04, 0x05, 0x10, 0x3c, 0x42, 0x100));
}

function mapped(length: number): readonly Weighted[] {
  const offset = fc.nat({ max: length });
  return [
    op(4, "peek", n.slot(2), offset, fc.nat({ max: 3 })),
    op(3, "poke", n.slot(2), offset, fc.nat({ max: 0xffffffff }), fc.nat({ max: 3 })),
    op(1, "munmap", n.slot(2)),
  ];
}

function displayOffset(): n.Numbers {
  return fc.oneof(
    fc.nat({ max: 0x104 }),
    n.among(0x1000, 0x1500, 0x1600, 0x2000, 0x2008, 0x2014, 0x2800, 0x3000, 0x4000),
    fc.nat({ max: 0x20 }).map((offset) => 0x1500 + offset),
    fc.nat({ max: 0x20 }).map((offset) => 0x2000 + offset),
    n.among(0x200ffc, 0x200ffe, 0x201000, 0x3fffff, 0x402ffc, 0x403000),
  );
}

function dispi(): n.Numbers {
  return fc.nat({ max: 10 }).map((index) => 0x1500 + 2 * index);
}

/** Weights are whole numbers to fast-check; thinned ones are not. */
const SCALE = 16;

/** A sequence of one theme. Most start from an open device. */
function sequenceOf(theme: Theme): fc.Arbitrary<Sequence> {
  const steps = mixtures[theme].map(({ weight, arbitrary }) => ({
    weight: Math.ceil(weight * SCALE),
    arbitrary,
  }));
  const ops = fc.array(fc.oneof(...steps), { minLength: 5, maxLength: 60, size: "max" });
  const whole = theme === "sysfs" || theme === "binding" ? attachedGroup : opened;
  const tracking: readonly Op[] = [...whole(0), ["dirty", 0, 1, 8]];
  const start = fc.constantFrom(whole(0), whole(0), whole(1), tracking, whole(0), whole(1), []);
  return fc.tuple(start, ops).map(([before, rest]) => ({ theme, ops: [...before, ...rest] }));
}

/** Sequences of all themes. Opening an nvme takes long: those are few. */
export const sequences: fc.Arbitrary<Sequence> = fc.oneof(
  { weight: 6, arbitrary: sequenceOf("emulated") },
  { weight: 6, arbitrary: sequenceOf("hardware") },
  { weight: 6, arbitrary: sequenceOf("mtty") },
  { weight: 4, arbitrary: sequenceOf("display") },
  { weight: 8, arbitrary: sequenceOf("edu") },
  { weight: 1, arbitrary: sequenceOf("nvme") },
  { weight: 3, arbitrary: sequenceOf("bridge") },
  { weight: 3, arbitrary: sequenceOf("sysfs") },
  { weight: 3, arbitrary: sequenceOf("processes") },
  { weight: 3, arbitrary: sequenceOf("binding") },
);
