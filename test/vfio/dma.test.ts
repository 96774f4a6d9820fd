import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gated } from "../../src/gate/index.js";
import { ClosedError, Vfio } from "../../src/index.js";
import { profiles } from "../../src/simulator/index.js";
import { MTTY, machine, program } from "./bench.js";

async function opened() {
  const started = await program();
  const device = await started.vfio.openDevice(MTTY);
  return { ...started, device };
}

describe("vfio.dma", () => {
  it("maps memory where it is told and gives it back", async () => {
    const { vfio } = await opened();
    const buffer = vfio.allocate(64 * 1024);
    const mapping = vfio.dma.map(buffer, { iova: 0x10_0000n });
    expect(mapping).toMatchObject({ iova: 0x10_0000n, size: 0x1_0000n, mapped: true });
    expect([mapping.readable, mapping.writable, mapping.source]).toEqual([true, true, buffer]);
    expect(String(mapping)).toBe("0x100000-0x10ffff");
    expect(vfio.dma.mappings).toEqual([mapping]);
    mapping.unmap();
    mapping.unmap();
    expect(mapping.mapped).toBe(false);
    expect(vfio.dma.mappings).toEqual([]);
    await vfio.close();
  });

  it("chooses the lowest IOVA that is free, numbers and bigints alike", async () => {
    const { vfio } = await opened();
    const buffer = vfio.allocate(4096);
    expect(vfio.dma.map(buffer).iova).toBe(0x10_0000n);
    vfio.dma.map(buffer, { iova: 0x10_1000 });
    const third = vfio.dma.map(buffer);
    expect(third.iova).toBe(0x10_2000n);
    expect(vfio.dma.unmap(0x10_1000, 4096)).toBe(4096n);
    expect(vfio.dma.map(buffer).iova).toBe(0x10_1000n);
    expect(() => vfio.dma.map(buffer, { below: 0x10_2000 })).toThrow(RangeError);
    expect(vfio.dma.unmapAll()).toBe(3n * 4096n);
    expect(third.mapped).toBe(false);
    await vfio.close();
  });

  it("maps a part, and devices may only read or write it", async () => {
    const { vfio } = await opened();
    const buffer = vfio.allocate(3 * 4096);
    const part = vfio.dma.map(buffer, { offset: 4096, length: 4096, write: false });
    expect([part.size, part.readable, part.writable]).toEqual([4096n, true, false]);
    expect(() => vfio.dma.map(buffer, { read: false, write: false })).toThrow(TypeError);
    for (const wrong of [{ offset: 4 * 4096 }, { length: 0 }, { offset: 4096, length: 3 * 4096 }]) {
      expect(() => vfio.dma.map(buffer, wrong)).toThrow(RangeError);
    }
    await vfio.close();
  });

  it("says what the kernel meant", async () => {
    const { vfio } = await opened();
    const buffer = vfio.allocate(2 * 4096);
    vfio.dma.map(buffer, { iova: 0x10_0000 });
    expect(() => vfio.dma.map(buffer, { iova: 0x10_1000 })).toThrow(
      /EEXIST.*Something is mapped in 0x101000-0x102fff already/s,
    );
    expect(() => vfio.dma.map(buffer, { iova: 0x20_0001 })).toThrow(
      /EINVAL.*must be multiples of 4096 bytes/s,
    );
    expect(() => vfio.dma.unmap(0x10_0000, 4096)).toThrow(/EINVAL/);
    const other = vfio.openContainerSync();
    expect(() => other.dma.map(buffer, { iova: 0 })).toThrow(/EINVAL.*has no IOMMU yet/s);
    expect(() => other.dma.map(buffer)).toThrow(/EINVAL.*has no IOMMU yet/s);
    expect(vfio.dma.mappings).toHaveLength(1);
    await vfio.close();
  });

  it("says when there are too many", async () => {
    const { vfio } = await program(machine({ profile: { ...profiles["6.1"], dmaEntryLimit: 3 } }));
    await vfio.openDevice(MTTY);
    const buffer = vfio.allocate(4096);
    for (let left = 3; left > 0; left--) {
      expect(vfio.container.info().mappingsAvailable).toBe(left);
      vfio.dma.map(buffer);
    }
    expect(() => vfio.dma.map(buffer)).toThrow(
      /ENOSPC.*has 3 mappings, the most that this kernel allows/s,
    );
    await vfio.close();
  });

  it("refuses what is no memory, or another's", async () => {
    const { vfio } = await opened();
    for (const wrong of [undefined, null, new Uint8Array(4096), { address: 0, length: 1 }, 5]) {
      expect(() => vfio.dma.map(wrong as never)).toThrow(TypeError);
    }
    expect(() => vfio.dma.map({ address: 0x1000n, length: 4096 })).toThrow(/not memory that/);
    const freed = vfio.allocate(4096);
    freed.free();
    expect(() => vfio.dma.map(freed)).toThrow(TypeError);
    const { vfio: stranger } = await program();
    const foreign = stranger.allocate(4096);
    expect(() => vfio.dma.map(foreign)).toThrow(/another Vfio/);
    for (const iova of [-1, 0.5, Number.NaN, 2 ** 53, -1n, 2n ** 64n]) {
      expect(() => vfio.dma.map(vfio.allocate(4096), { iova })).toThrow(RangeError);
      expect(() => vfio.dma.unmap(iova, 4096)).toThrow(RangeError);
    }
    expect(() => vfio.dma.map(vfio.allocate(1), { iova: "0" as never })).toThrow(TypeError);
    expect(vfio.dma.mappings).toEqual([]);
    await vfio.close();
  });

  it("holds the memory while it is mapped, whatever the program drops", async () => {
    const kernel = gated(machine().process());
    const vfio = await Vfio.open({ kernel });
    await vfio.openDevice(MTTY);
    const buffer = vfio.allocate(4096);
    const mapping = vfio.dma.map(buffer);
    buffer.free();
    expect([buffer.freed, buffer.bytes.length, kernel.heldMappings]).toEqual([true, 0, 1]);
    mapping.unmap();
    expect(kernel.heldMappings).toBe(0);
    vfio.dma.map(vfio.allocate(4096));
    await vfio.close();
    expect(kernel.heldMappings).toBe(0);
  });

  it("is gone with the container, and with the last group in it", async () => {
    const { vfio, device } = await opened();
    const { container } = vfio;
    const mapping = vfio.dma.map(vfio.allocate(4096));
    await device.group.close();
    expect(mapping.mapped).toBe(false);
    expect(container.iommu).toBeUndefined();
    mapping.unmap();
    await vfio.openDevice(MTTY);
    const again = vfio.dma.map(vfio.allocate(4096));
    expect(again.iova).toBe(0x10_0000n);
    await container.close();
    expect(again.mapped).toBe(false);
    again.unmap();
    expect(() => container.dma.map(vfio.allocate(4096))).toThrow(ClosedError);
    await vfio.close();
  });

  it("knows what is mapped, whatever is mapped and unmapped", async () => {
    const { vfio } = await opened();
    const buffer = vfio.allocate(8 * 4096);
    const step = fc.record({
      page: fc.nat(31),
      pages: fc.integer({ min: 1, max: 8 }),
      map: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        vfio.dma.unmapAll();
        const model = new Map<number, number>();
        for (const { page, pages, map } of steps) {
          const iova = 0x20_0000 + page * 4096;
          const hit = [...model].filter(([at, n]) => at < page + pages && page < at + n);
          if (map) {
            const run = () => vfio.dma.map(buffer, { iova, length: pages * 4096 });
            if (hit.length > 0) expect(run).toThrow(/EEXIST/);
            else model.set(page, run().size === BigInt(pages * 4096) ? pages : 0);
            continue;
          }
          const cut = hit.some(([at, n]) => at < page || at + n > page + pages);
          const run = () => vfio.dma.unmap(iova, pages * 4096);
          if (cut) expect(run).toThrow(/EINVAL/);
          else {
            const bytes = hit.reduce((sum, [, n]) => sum + n * 4096, 0);
            expect(run()).toBe(BigInt(bytes));
            for (const [at] of hit) model.delete(at);
          }
        }
        const known = vfio.dma.mappings.map((m) => [
          Number(m.iova - 0x20_0000n) / 4096,
          Number(m.size) / 4096,
        ]);
        expect(known.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))).toEqual(
          [...model].sort((a, b) => a[0] - b[0]),
        );
      }),
      { numRuns: 50 },
    );
    await vfio.close();
  });
});

describe("container.dirtyPages", () => {
  it("is empty for a device whose driver wrote nothing, and wants to be started", async () => {
    const { vfio } = await opened();
    const { container } = vfio;
    const mapping = vfio.dma.map(vfio.allocate(16 * 4096));
    expect(() => container.dirtyPages.query(mapping.iova, mapping.size)).toThrow(/EINVAL/);
    container.dirtyPages.start();
    container.dirtyPages.start();
    expect(container.dirtyPages.query(mapping.iova, mapping.size).count).toBe(0);
    const { bytes, dirty } = vfio.dma.unmapDirty(mapping.iova, mapping.size);
    expect([bytes, dirty.count, mapping.mapped]).toEqual([16n * 4096n, 0, false]);
    container.dirtyPages.stop();
    container.dirtyPages.stop();
    await vfio.close();
  });
});

describe("container.info", () => {
  it("says what the IOMMU can", async () => {
    const { vfio } = await opened();
    expect(vfio.container.info()).toEqual({
      pageSizes: 0xffff_ffff_ffff_f000n,
      iovaRanges: undefined,
      dirtyTracking: { pageSizes: 4096n, maxBitmapSize: 0x1000_0000n },
      mappingsAvailable: 65535,
    });
    await vfio.close();
  });
});
