import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitmapBytes, DirtyBitmap } from "../../src/vfio/dirty-bitmap.js";

const pageSize = 4096n;

function bitmap(pages: number, dirty: readonly number[]): DirtyBitmap {
  const size = BigInt(pages) * pageSize;
  const bytes = new Uint8Array(bitmapBytes(size, pageSize));
  for (const page of dirty) bytes[page >>> 3] = (bytes[page >>> 3] as number) | (1 << (page & 7));
  return new DirtyBitmap({ iova: 0x10_0000n, size, pageSize, bytes });
}

describe("DirtyBitmap", () => {
  it("gives the pages that were written, and neighbours as one range", () => {
    const dirty = bitmap(70, [0, 31, 32, 33, 69]);
    expect([...dirty]).toEqual([0n, 31n, 32n, 33n, 69n].map((p) => 0x10_0000n + p * pageSize));
    expect([...dirty.ranges()]).toEqual([
      { iova: 0x10_0000n, size: 0x1000n },
      { iova: 0x11_f000n, size: 0x3000n },
      { iova: 0x14_5000n, size: 0x1000n },
    ]);
    expect(dirty.count).toBe(5);
    expect(dirty.has(0x11_f000n)).toBe(true);
    expect(dirty.has(0x11_e000n)).toBe(false);
    expect(dirty.has(0n)).toBe(false);
    expect(dirty.has(0x1000_0000n)).toBe(false);
  });

  it("does not see bits behind its last page", () => {
    const bytes = new Uint8Array(8).fill(0xff);
    const dirty = new DirtyBitmap({ iova: 0n, size: 3n * pageSize, pageSize, bytes });
    expect(dirty.count).toBe(3);
  });

  it("agrees with a plain list", () => {
    const pages = fc.uniqueArray(fc.nat(299), { maxLength: 300 });
    fc.assert(
      fc.property(pages, (list) => {
        const sorted = [...list].sort((a, b) => a - b);
        expect([...bitmap(300, list)]).toEqual(
          sorted.map((p) => 0x10_0000n + BigInt(p) * pageSize),
        );
      }),
    );
  });
});
