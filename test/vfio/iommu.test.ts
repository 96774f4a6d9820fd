import { describe, expect, it } from "vitest";
import { Extension } from "../../src/index.js";
import { EDU, guest } from "./bench.js";

describe("a hardware IOMMU", () => {
  it("has IOVA ranges, and IOVAs are chosen inside them", async () => {
    const { vfio } = await guest();
    await vfio.openDevice(EDU);
    const { container } = vfio;
    expect(container.info().iovaRanges).toEqual([
      { start: 0n, end: 0xfedf_ffffn },
      { start: 0xfef0_0000n, end: 0x7f_ffff_ffffn },
    ]);
    expect(container.checkExtension(Extension.UNMAP_ALL)).toBe(true);
    expect(container.checkExtension(Extension.SPAPR_TCE_IOMMU)).toBe(false);
    const memory = vfio.allocate(4096);
    vfio.dma.map(memory, { iova: 0xfedf_f000 });
    for (const iova of [0xfee0_0000, 2n ** 39n]) {
      expect(() => vfio.dma.map(memory, { iova })).toThrow(
        /EINVAL.*outside of what the IOMMU can map: 0x0-0xfedfffff, 0xfef00000-0x7fffffffff/s,
      );
    }
    await vfio.close();
  });

  it("counts every page as written", async () => {
    const { vfio } = await guest();
    await vfio.openDevice(EDU);
    const mapping = vfio.dma.map(vfio.allocate(3 * 4096));
    vfio.container.dirtyPages.start();
    expect([...vfio.container.dirtyPages.query(mapping.iova, mapping.size)]).toEqual([
      mapping.iova,
      mapping.iova + 4096n,
      mapping.iova + 8192n,
    ]);
    expect(vfio.dma.unmapDirty(mapping.iova, mapping.size).dirty.count).toBe(3);
    await vfio.close();
  });

  it("takes memory at a new address under an old mapping", async () => {
    const { vfio } = await guest();
    await vfio.openDevice(EDU);
    const mapping = vfio.dma.map(vfio.allocate(4096));
    expect(() => mapping.updateAddress(vfio.allocate(4096))).toThrow(/EINVAL/);
    mapping.invalidateAddress();
    expect(() => mapping.invalidateAddress()).toThrow(/EINVAL/);
    const moved = vfio.allocate(4096);
    mapping.updateAddress(moved);
    expect(mapping.source).toBe(moved);
    expect(() => mapping.updateAddress({ address: moved.address, length: 1 })).toThrow(RangeError);
    mapping.unmap();
    await vfio.close();
  });

  it("says how much memory may be locked, and how to have more", async () => {
    const { vfio } = await guest({ memlock: 64 * 1024 });
    await vfio.openDevice(EDU);
    vfio.dma.map(vfio.allocate(48 * 1024));
    expect(() => vfio.dma.map(vfio.allocate(32 * 1024))).toThrow(
      /ENOMEM.*80 KiB are needed in all, this process may lock 64 KiB.*prlimit --memlock=81920/s,
    );
    expect(vfio.dma.mappings).toHaveLength(1);
    await vfio.close();
  });
});
