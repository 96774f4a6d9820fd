import fc from "fast-check";
import type { Op } from "../op.js";
import * as n from "./numbers.js";

/** A step, and how often it comes beside others. */
export interface Weighted {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<Op>;
}

/** A step with these values. */
export function op(
  weight: number,
  name: string,
  ...values: fc.Arbitrary<number | string>[]
): Weighted {
  const arbitrary = fc.tuple(fc.constant(name), ...values) as fc.Arbitrary<Op>;
  return { weight, arbitrary };
}

/** Containers, groups and their devices being opened, attached and closed in any order. */
export const lifecycle: readonly Weighted[] = [
  op(2, "openContainer", n.slot(2)),
  op(1, "closeContainer", n.slot(2)),
  op(3, "openGroup", n.slot(3)),
  op(1, "closeGroup", n.slot(3)),
  op(2, "status", n.slot(3), n.argsz(8, 8)),
  op(3, "setContainer", n.slot(3), fc.oneof(n.slot(2), n.mostly(0, 90, 91, 92))),
  op(1, "unsetContainer", n.slot(3)),
  op(2, "setIommu", n.slot(2), n.mostly(3, 1, 6, 0, 2, 7, 8, 9, 99)),
  op(1, "extension", n.slot(2), n.among(0, 1, 3, 4, 6, 8, 9, 10, 11, -1)),
  op(3, "openDevice", n.slot(3), n.slot(3), n.slot(3), fc.nat({ max: 7 })),
  op(2, "closeDevice", n.slot(3)),
  op(1, "dupDevice", n.slot(3), n.slot(3)),
  op(1, "info", n.slot(3), n.argsz(20, 16), n.mostly(24, 15, 16, 20, 64)),
  op(1, "raw", fc.nat({ max: 3 }), n.slot(3), fc.integer({ min: 98, max: 124 }), raw()),
];

/** Requests with any words. */
export const words: Weighted = {
  weight: 2,
  arbitrary: fc
    .tuple(
      fc.nat({ max: 2 }),
      n.slot(3),
      fc.integer({ min: 99, max: 121 }),
      fc.array(word(), { minLength: 1, maxLength: 14 }),
    )
    .map(([kind, slot, nr, list]): Op => ["words", kind, slot, nr, ...list]),
};

function word(): n.Numbers {
  return fc.oneof(
    n.among(0, 1, 2, 3, 4, 8, 16, 20, 24, 32, 40, 48, 60, 64, 0xffffffff, 0x80000000),
    n.among(0x1000, 0x2000, 0x10000, 0x800, 0xfffff000, 0xfee00000),
    fc.nat({ max: 0xffffffff }),
  );
}

/** Lengths of raw arguments: none at all, or less than any struct. */
function raw(): n.Numbers {
  return n.among(-1, 0, 3);
}

/** Steps on the type 1 IOMMU. */
export const iommu: readonly Weighted[] = [
  op(2, "iommuInfo", n.slot(2), n.argsz(24, 16), n.mostly(512, 15, 16, 20, 24, 100)),
  op(
    10,
    "map",
    n.slot(2),
    n.mostly(3, 1, 2, 4, 4, 0, 5, 7, 8),
    n.places,
    n.placeOffsets,
    n.iovas,
    n.sizes,
    n.argsz(32, 32),
  ),
  op(8, "unmap", n.slot(2), n.mostly(0, 2, 4, 6, 1, 8), n.iovas, n.sizes, n.argsz(24, 24)),
  op(1, "unmap", n.slot(2), n.among(2, 6, 4), n.among(0), n.among(0), n.argsz(24, 24)),
  op(
    2,
    "unmapBitmap",
    n.slot(2),
    n.mostly(1, 3, 5, 9),
    n.iovas,
    n.sizes,
    pgsize(),
    bytes(),
    fill(),
  ),
  op(3, "dirty", n.slot(2), n.among(1, 1, 1, 2, 0, 3, 4, 8), n.argsz(8, 8)),
  op(4, "getBitmap", n.slot(2), n.iovas, n.sizes, pgsize(), bytes(), fill()),
];

/** What the buffer of a bitmap holds before. */
function fill(): n.Numbers {
  return n.mostly(0, 0xff, 0x11);
}

function pgsize(): n.Numbers {
  return n.mostly(0x1000, 0, 0x2000, 0x800);
}

function bytes(): n.Numbers {
  return n.mostly(8, 0, 4, 16, 0x100, 0x10000008);
}

/** Bytes to write, as hexadecimal digits. */
export function digits(...lengths: number[]): fc.Arbitrary<string> {
  const byte = fc.oneof(n.among(0, 0xff, 1, 0x80), fc.nat({ max: 255 }));
  const length = n.among(...lengths);
  return length.chain((count) =>
    fc
      .array(byte, { minLength: count, maxLength: count, size: "max" })
      .map((values) => Buffer.from(values).toString("hex")),
  );
}

/** SET_IRQS: what programs do, and anything. */
export function irq(weight: number, indices: n.Numbers, most: number): Weighted {
  return { weight, arbitrary: fc.oneof(usualIrq(indices, most), anyIrq(indices, most)) };
}

/** Descriptors of SET_IRQS by number: eventfds, negative ones, a container, one that is closed. */
const targets = n.among(0, 0, 1, 2, -1, -2, 8, 9);

const TRIGGER = 0x20;

/** Enabling, disabling, signalling and masking, as programs do it. */
function usualIrq(indices: n.Numbers, most: number): fc.Arbitrary<Op> {
  const good = fc.array(n.mostly(0, 1, -1, 9), { minLength: 1, maxLength: Math.min(most, 4) });
  return fc.oneof(
    fc.tuple(n.slot(3), indices, n.mostly(0, 1, 3), good).map(([slot, index, start, fds]): Op => {
      return ["irq", slot, 4 | TRIGGER, index, start, fds.length, 4 * fds.length, ...fds];
    }),
    fc
      .tuple(n.slot(3), indices)
      .map(([slot, index]): Op => ["irq", slot, 1 | TRIGGER, index, 0, 0, 0]),
    fc
      .tuple(n.slot(3), n.among(TRIGGER, TRIGGER, 0x10, 8), indices, n.mostly(1, most, 2))
      .map(([slot, action, index, count]): Op => ["irq", slot, 1 | action, index, 0, count, 0]),
    fc
      .tuple(n.slot(3), n.among(TRIGGER, 0x10, 8), indices, n.among(0, 1))
      .map(([slot, action, index, value]): Op => ["irq", slot, 2 | action, index, 0, 1, 1, value]),
    fc
      .tuple(n.slot(3), n.mostly(2, -1, 9))
      .map(([slot, fd]): Op => ["irq", slot, 4 | 0x10, 0, 0, 1, 4, fd]),
  );
}

function anyIrq(indices: n.Numbers, most: number): fc.Arbitrary<Op> {
  const usual = n.among(0x21, 0x24, 0x24, 0x22, 0x09, 0x11, 0x0a, 0x12, 0x14, 0x0c);
  const flags = fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: n.flags(0x3f) });
  return fc
    .tuple(
      n.slot(3),
      flags,
      indices,
      n.mostly(0, 1, 2, most, 0xffffffff),
      n.mostly(1, 0, 2, most, most + 1, 0xffffffff),
      fc.array(targets, { minLength: 0, maxLength: 4 }),
      n.mostly(0, -1, 1, 4),
    )
    .map(([slot, flagBits, index, start, count, fds, slack]): Op => {
      const unit = (flagBits & 2) !== 0 ? 1 : 4;
      const wanted = count <= 4 ? count : fds.length;
      const data = Array.from({ length: wanted }, (_, at) => fds[at % fds.length] ?? 0);
      const none = (flagBits & 6) === 0;
      const length = Math.max(0, (none ? 0 : wanted * unit) + slack);
      return ["irq", slot, flagBits, index, start, count, length, ...(none ? [] : data)];
    });
}

/** DEVICE_FEATURE: any feature, any operation, any length. */
export const features: Weighted = op(
  2,
  "feature",
  n.slot(3),
  fc
    .tuple(fc.nat({ max: 13 }), n.among(0, 1, 2, 3, 4, 4, 4, 5, 6, 7, 8))
    .map(([number, operation]) => safeFeature(number, operation)),
  n.among(0, 4, 8, 24, 32),
  n.among(8, 8, 16, 32, 40, 7, 0),
);

/**
 * Low power changes with what happens to the device in between and a state's stream is a file:
 * setting these is left out, probing them is not.
 */
function safeFeature(number: number, operation: number): number {
  const excluded = number === 2 || number === 3 || number === 4 || number === 11;
  const probing = excluded ? operation | 4 : operation;
  return (number | (probing << 16)) >>> 0;
}
