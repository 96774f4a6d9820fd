// Goal: the map of IOVAs behaves as a plain sorted list would, whatever comes in whatever order, up
// to the last page of a 64-bit address space.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IovaMap } from "../../src/simulator/iommu/iova-map.js";

/** The same by the simplest means. */
class NaiveMap {
  readonly ranges: { start: number; end: number; handle: number }[] = [];

  find(page: number): number {
    return this.ranges.find(({ start, end }) => page >= start && page < end)?.handle ?? -1;
  }

  firstEndingAfter(page: number): number {
    return this.ranges.find(({ end }) => end > page)?.handle ?? -1;
  }

  overlaps(from: number, to: number): boolean {
    return this.ranges.some(({ start, end }) => start < to && from < end);
  }

  insert(start: number, end: number, handle: number): void {
    this.ranges.push({ start, end, handle });
    this.ranges.sort((one, other) => one.start - other.start);
  }

  remove(page: number): number {
    const index = this.ranges.findIndex(({ start }) => start === page);
    return index < 0 ? -1 : (this.ranges.splice(index, 1)[0]?.handle ?? -1);
  }
}

function compare(steps: readonly (readonly [insert: boolean, start: number, length: number])[]) {
  const map = new IovaMap();
  const naive = new NaiveMap();
  for (const [handle, [insert, start, length]] of steps.entries()) {
    if (!insert) {
      expect(map.remove(start)).toBe(naive.remove(start));
    } else if (!naive.overlaps(start, start + length)) {
      map.insert(start, start + length, handle);
      naive.insert(start, start + length, handle);
    }
    for (const page of [start - 1, start, start + length - 1, start + length]) {
      expect(map.find(page)).toBe(naive.find(page));
      expect(map.firstEndingAfter(page)).toBe(naive.firstEndingAfter(page));
    }
    expect(map.size).toBe(naive.ranges.length);
  }
  return { map, naive };
}

describe("the map of IOVAs", () => {
  it("is empty at first and after clear", () => {
    const map = new IovaMap();
    expect([map.find(0), map.firstEndingAfter(0), map.remove(0), map.size]).toEqual([
      -1, -1, -1, 0,
    ]);
    map.insert(5, 6, 7);
    map.clear();
    expect([map.find(5), map.size]).toEqual([-1, 0]);
    map.insert(5, 6, 8);
    expect(map.find(5)).toBe(8);
  });

  it("reaches to the last page, at any length", () => {
    const top = 2 ** 52;
    compare([
      [true, top - 1, 1],
      [true, 0, 2 ** 51],
      [true, 2 ** 51, 2 ** 32],
      [true, 2 ** 51 + 2 ** 32, 2 ** 32 - 1],
      [false, 0, 1],
      [true, 1, 2 ** 32],
      [false, 2 ** 51, 1],
      [true, 2 ** 51 + 1, 3],
    ]);
  });

  it("agrees with a sorted list", () => {
    const step = fc.tuple(fc.boolean(), fc.nat(60), fc.integer({ min: 1, max: 9 }));
    const rare = fc.tuple(fc.constant(true), fc.nat(2000), fc.integer({ min: 1, max: 3 }));
    fc.assert(
      fc.property(fc.array(fc.oneof(step, rare), { maxLength: 300 }), (steps) => {
        compare(steps);
      }),
      { numRuns: 60 },
    );
  });

  it("agrees when blocks split and join", () => {
    const starts = Array.from({ length: 700 }, (_, index) => ((index * 397) % 701) * 3);
    const inserts = starts.map((start) => [true, start, 2] as const);
    const removes = starts.slice(0, 650).map((start) => [false, start, 2] as const);
    const again = starts.slice(0, 300).map((start) => [true, start, 3] as const);
    const { map, naive } = compare([...inserts, ...removes, ...again]);
    for (let page = 0; page < 2200; page += 1) {
      expect(map.find(page)).toBe(naive.find(page));
      expect(map.firstEndingAfter(page)).toBe(naive.firstEndingAfter(page));
    }
  });
});
