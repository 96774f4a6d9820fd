import { structs } from "../../../src/uapi/index.js";
import type { ConformanceCase } from "../case.js";
import { emulated, MEMORY } from "../fixtures/index.js";
import { type Place, per } from "../trial/index.js";

const TOP = 0xffff_ffff_ffff_f000n;
const wrap = per("EINVAL", "EINVAL", "EOVERFLOW");

/** An address that is the same on every kernel. */
function at(address: bigint): Place {
  return { address, label: `0x${address.toString(16)}` };
}

/** MAP_DMA into the IOMMU of mediated devices: what is checked, in which order. */
export const mapCases: readonly ConformanceCase[] = [
  {
    name: "map: argsz, flags, address of the struct",
    vectors: [34, 35],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      const values = { vaddr: m.at(), iova: 0, size: 0x1000 };
      const { iommuType1DmaMap } = structs;
      const map = (argsz: number, flags: number) =>
        container.call("IOMMU_MAP_DMA", iommuType1DmaMap, { argsz, flags, ...values });
      map(31, 3).is("EINVAL");
      map(32, 0x13).is("EINVAL");
      map(31, 0x13).is("EINVAL");
      container.ioctl("IOMMU_MAP_DMA", null).is("EFAULT");
      container.ioctl("IOMMU_MAP_DMA", new Uint8Array(31)).is("EFAULT");
      map(32, 0).is("EINVAL");
      map(32, 7).is("EINVAL");
      map(32, 5).is("EINVAL");
      map(32, 6).is("EINVAL");
      map(32, 4).is("ENOENT");
      map(64, 3).is(0).untouched();
      container.unmap(2, 0, 0).is(0).has({ size: 0x1000n });
    },
  },
  {
    name: "map: alignment",
    vectors: [36],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      container.map(3, m.at(), 0, 0).is("EINVAL");
      container.map(3, m.at(), 0, 0x800).is("EINVAL");
      container.map(3, m.at(), 0, 1).is("EINVAL");
      container.map(3, m.at(), 0x800, 0x1000).is("EINVAL");
      container.map(3, m.at(0x800), 0, 0x1000).is("EINVAL");
      container.map(4, m.at(0x800), 0, 0x1000).is("EINVAL");
      container.unmap(2, 0, 0).is(0).has({ size: 0n });
    },
  },
  {
    name: "map: ranges that wrap",
    vectors: [37, 38],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      container.map(3, m.at(), TOP, 0x2000).is(wrap);
      container.map(3, at(TOP), 0, 0x2000).is(wrap);
      container.map(0, m.at(), TOP, 0x2000).is(wrap);
      container.map(3, m.at(), 0xffff_ffff_ffff_f800n, 0x1000).is(wrap);
      container.map(3, at(0xffff_ffff_ffff_f800n), 0, 0x1000).is(wrap);
    },
  },
  {
    name: "map: addresses are not looked at before a driver pins",
    vectors: [39],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      container.map(3, 0, 0, 0x1000).is(0);
      container.unmap(0, 0, 0x1000).is(0).has({ size: 0x1000n });
      container.map(3, at(0xdead0000n), 0, 0x1000).is(0);
      container.map(3, at(0xffff_8000_0000_0000n), 0x1000, 0x1000).is(0);
      container.map(1, at(0x1000n), 0x2000, 0x1000).is(0);
      container.unmap(2, 0, 0).is(0).has({ size: 0x3000n });
    },
  },
  {
    name: "map: overlaps",
    vectors: [40],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      container.map(3, m.at(), 0, 0x1000).is(0);
      container.map(1, m.at(0x1000), 0x1000, 0x1000).is(0);
      container.map(2, m.at(0x2000), 0x2000, 0x1000).is(0);
      container.map(3, m.at(), 0, 0x1000).is("EEXIST");
      container.map(3, m.at(), 0x2000, 0x2000).is("EEXIST");
      container.map(3, m.at(), 0, 0x10000).is("EEXIST");
      container.map(3, m.at(), 0x3000, 0x1000).is(0);
      container.unmap(0, 0, 0x3000).is(0).has({ size: 0x3000n });
      container.unmap(0, 0, 0x4000).is(0).has({ size: 0x1000n });
    },
  },
  {
    name: "map: the last page of the address space",
    vectors: [45, 46, 47],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      container.map(3, m.at(), TOP, 0x1000).is(0);
      container.map(3, m.at(), TOP, 0x1000).is(per(0, 0, "EEXIST"));
      container
        .unmap(0, TOP, 0x1000)
        .is(0)
        .has({ size: per(0n, 0n, 0x1000n) });
      container.map(3, m.at(), 0x1000, 0x1000).is(0);
      container
        .unmap(0, 0x1000, TOP)
        .is(0)
        .has({ size: per(0n, 0n, 0x1000n) });
    },
  },
  {
    name: "map: vaddr update in a container with a mediated device",
    vectors: [48, 49],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      container.map(4, m.at(), 0, 0x1000).is("ENOENT");
      container.map(3, m.at(), 0, 0x4000).is(0);
      container.map(4, m.at(), 0, 0x4000).is("EINVAL");
      container.map(4, m.at(), 0x1000, 0x1000).is("EINVAL");
      container.map(4, m.at(), 0x8000, 0x1000).is("ENOENT");
      container.unmap(4, 0, 0x4000).is("EBUSY").untouched();
      container.unmap(4, 0x800, 0x4000).is("EBUSY").untouched();
      container.unmap(6, 0, 0).is("EBUSY").untouched();
    },
  },
  {
    name: "map: as many as dma_entry_limit",
    vectors: [50],
    needs: ["mtty"],
    run(t) {
      const parameter = "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit";
      const before = t.kernel.sysfs.read(parameter);
      t.defer(() => void t.kernel.sysfs.write(parameter, before));
      t.sysfs.write(parameter, "3\n").is(2);
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      container.info().is(0).holds(64, "03000000");
      for (const page of [0, 1, 2]) container.map(3, m.at(), page * 0x1000, 0x1000).is(0);
      container.info().is(0).holds(64, "00000000");
      container.map(3, m.at(), 0x3000, 0x1000).is("ENOSPC");
      container.map(3, m.at(), 0x2000, 0x1000).is("EEXIST");
      container.map(3, m.at(), 0x3800, 0x1000).is("EINVAL");
      container.unmap(0, 0x1000, 0x1000).is(0).has({ size: 0x1000n });
      container.map(3, m.at(), 0x3000, 0x1000).is(0);
    },
  },
];
