import type { ConformanceCase } from "../case.js";
import { emulated, MEMORY } from "../fixtures/index.js";
import { per } from "../trial/index.js";

const TOP = 0xffff_ffff_ffff_f000n;

/** UNMAP_DMA: v2 removes whole mappings only, v1 what begins in the range. */
export const unmapCases: readonly ConformanceCase[] = [
  {
    name: "unmap: bisecting a mapping",
    vectors: [41, 42],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      container.map(3, m.at(), 0x10000, 0x4000).is(0);
      container.unmap(0, 0x11000, 0x1000).is("EINVAL").untouched();
      container.unmap(0, 0x10000, 0x1000).is("EINVAL").untouched();
      container.unmap(0, 0x13000, 0x1000).is("EINVAL").untouched();
      container.unmap(0, 0xf000, 0x2000).is("EINVAL").untouched();
      container.unmap(0, 0x12000, 0x4000).is("EINVAL").untouched();
      container.unmap(0, 0xf000, 0x6000).is(0).has({ size: 0x4000n });
      container.unmap(0, 0xf000, 0x6000).is(0).has({ size: 0n });
    },
  },
  {
    name: "unmap: arguments",
    vectors: [43],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      container.unmap(0, 0, 0).is("EINVAL").untouched();
      container.unmap(0, 0x800, 0x1000).is("EINVAL").untouched();
      container.unmap(0, 0, 0x800).is("EINVAL").untouched();
      const wrap = per("EINVAL", "EINVAL", "EOVERFLOW");
      container.unmap(0, TOP, 0x2000).is(wrap).untouched();
      container.unmap(0, 0x1000, 0xffff_ffff_ffff_f000n).is(0);
      container.unmap(0, 0x2000, 0xffff_ffff_ffff_f000n).is(wrap);
      container.unmap(8, 0, 0x1000).is("EINVAL").untouched();
      container.unmap(0, 0, 0x1000, { argsz: 23 }).is("EINVAL").untouched();
      container.ioctl("IOMMU_UNMAP_DMA", null).is("EFAULT");
      container.ioctl("IOMMU_UNMAP_DMA", new Uint8Array(23)).is("EFAULT");
    },
  },
  {
    name: "unmap: all",
    vectors: [44],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      container.unmap(2, 0, 0x1000).is("EINVAL").untouched();
      container.unmap(2, 0x1000, 0).is("EINVAL").untouched();
      container.unmap(2, 0x800, 0).is("EINVAL").untouched();
      container.unmap(2, 0, 0).is(0).has({ size: 0n });
      container.map(3, m.at(), 0x10000, 0x4000).is(0);
      container.map(3, m.at(), 0, 0x1000).is(0);
      container.map(3, m.at(), 0x10_0000_0000n, 0x1000).is(0);
      container.unmap(2, 0, 0).is(0).has({ size: 0x6000n });
      container.unmap(2, 0, 0).is(0).has({ size: 0n });
    },
  },
  {
    name: "unmap: version 1 skips what begins before the range",
    vectors: [51],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t, "T1", 1);
      const m = t.memory(MEMORY, "m");
      container.map(3, m.at(), 0, 0x3000).is(0);
      container.unmap(0, 0x1000, 0x1000).is(0).has({ size: 0n });
      container.unmap(0, 0, 0x1000).is(0).has({ size: 0x3000n });
    },
  },
  {
    name: "unmap: version 1 removes whole what begins in the range",
    vectors: [52],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t, "T1", 1);
      const m = t.memory(MEMORY, "m");
      container.map(3, m.at(), 0x8000, 0x2000).is(0);
      container.unmap(0, 0x7000, 0x2000).is(0).has({ size: 0x2000n });
      container.map(3, m.at(), 0x8000, 0x2000).is(0);
      container.map(3, m.at(), 0xb000, 0x1000).is(0);
      container.unmap(0, 0x9000, 0x4000).is(0).has({ size: 0n });
      container.unmap(2, 0, 0).is(0).has({ size: 0x3000n });
    },
  },
  {
    name: "unmap: holes are no matter",
    vectors: [42, 44],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      for (const iova of [0x1000, 0x4000, 0x8000]) container.map(3, m.at(), iova, 0x1000).is(0);
      container.unmap(0, 0, 0x9000).is(0).has({ size: 0x3000n });
      container.unmap(0, 0, 0x9000).is(0).has({ size: 0n });
    },
  },
];
