import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IovaAllocator } from "../../src/vfio/iova-allocator.js";

const PAGE = 0x1000n;
const all = [{ start: 0n, end: 2n ** 64n - 1n }];
const LIMIT = 2n ** 64n;

describe("IovaAllocator: the lowest IOVA that is free, aligned and usable", () => {
  it("begins at 1 MiB", () => {
    const iovas = new IovaAllocator();
    expect(iovas.find({ size: PAGE, alignment: PAGE, limit: LIMIT }, all)).toBe(0x10_0000n);
  });

  it("fills a hole before it goes on", () => {
    const iovas = new IovaAllocator();
    iovas.take(0x10_0000n, 0x10_2fffn);
    iovas.free(0x10_1000n, 0x10_1fffn);
    expect(iovas.find({ size: PAGE, alignment: PAGE, limit: LIMIT }, all)).toBe(0x10_1000n);
    expect(iovas.find({ size: 2n * PAGE, alignment: PAGE, limit: LIMIT }, all)).toBe(0x10_3000n);
  });

  it("steps over what cannot be mapped", () => {
    const usable = [
      { start: 0n, end: 0x10_0fffn },
      { start: 0x20_0000n, end: 0x2f_ffffn },
    ];
    const find = (size: bigint, limit = LIMIT) =>
      new IovaAllocator().find({ size, alignment: PAGE, limit }, usable);
    expect(find(PAGE)).toBe(0x10_0000n);
    expect(find(2n * PAGE)).toBe(0x20_0000n);
    expect(find(0x10_1000n)).toBeUndefined();
    expect(find(2n * PAGE, 0x20_0000n)).toBeUndefined();
  });

  it("reaches the last page of the address space and not further", () => {
    const iovas = new IovaAllocator();
    iovas.take(0n, 2n ** 64n - 1n - PAGE);
    const request = { size: PAGE, alignment: PAGE, limit: LIMIT };
    expect(iovas.find(request, all)).toBe(2n ** 64n - PAGE);
    iovas.take(2n ** 64n - PAGE, 2n ** 64n - 1n);
    expect(iovas.find(request, all)).toBeUndefined();
  });

  it("agrees with a list of pages, whatever is taken and given back", () => {
    const pages = 64;
    const usable = [
      { start: 0x10_0000n, end: 0x10_0000n + 20n * PAGE - 1n },
      { start: 0x10_0000n + 24n * PAGE, end: 0x10_0000n + BigInt(pages) * PAGE - 1n },
    ];
    const step = fc.record({
      free: fc.boolean(),
      page: fc.nat(pages - 1),
      count: fc.integer({ min: 1, max: 8 }),
      shift: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const iovas = new IovaAllocator();
        const taken = new Array<boolean>(pages).fill(false);
        for (const { free, page, count, shift } of steps) {
          if (free) {
            const end = Math.min(pages, page + count);
            taken.fill(false, page, end);
            iovas.free(iova(page), iova(end) - 1n);
            continue;
          }
          const alignment = PAGE << BigInt(shift);
          const size = BigInt(count) * PAGE;
          const found = iovas.find({ size, alignment, limit: LIMIT }, usable);
          const expected = lowest(taken, count, 1 << shift);
          expect(found).toBe(expected === undefined ? undefined : iova(expected));
          if (expected === undefined) continue;
          taken.fill(true, expected, expected + count);
          iovas.take(iova(expected), iova(expected + count) - 1n);
        }
      }),
    );

    function iova(page: number): bigint {
      return 0x10_0000n + BigInt(page) * PAGE;
    }

    function lowest(taken: boolean[], count: number, align: number): number | undefined {
      for (let page = 0; page + count <= pages; page += align) {
        const range = Array.from({ length: count }, (_, i) => page + i);
        if (
          range.every((p) => !taken[p] && (p < 20 || p >= 24)) &&
          !(page < 20 && page + count > 20)
        )
          return page;
      }
      return undefined;
    }
  });
});
