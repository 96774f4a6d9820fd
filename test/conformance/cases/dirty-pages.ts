import type { ConformanceCase } from "../case.js";
import { emulated, hardware, MEMORY } from "../fixtures/index.js";
import { type Place, per, type Trial } from "../trial/index.js";

const START = 1;
const STOP = 2;
const KERNEL_HALF: Place = { address: 0xffff_8000_0000_0000n, label: "kernel half" };

/** One 64-bit word of memory as the kernel leaves it. */
function word(t: Trial, label: string) {
  const memory = t.memory(0x1000, label);
  const view = new DataView(memory.bytes.buffer, memory.bytes.byteOffset, 8);
  return {
    at: memory.at(),
    set: (value: bigint) => view.setBigUint64(0, value, true),
    is: (value: bigint) => t.equal(`${label}[0]`, view.getBigUint64(0, true), value),
  };
}

/** DIRTY_PAGES and UNMAP_DMA with a bitmap. */
export const dirtyCases: readonly ConformanceCase[] = [
  {
    name: "dirty: not with version 1",
    vectors: [53],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t, "T1", 1);
      container.ioctl("IOMMU_DIRTY_PAGES", null).is("EACCES");
      container.dirty(START).is("EACCES");
    },
  },
  {
    name: "dirty: flags and argsz",
    vectors: [57],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      for (const flags of [0, 3, 5, 6, 7, 8, 9]) container.dirty(flags).is("EINVAL");
      container.dirty(START, 7).is("EINVAL");
      container.dirty(4, 8).is("EINVAL");
      container.dirty(4, 40).is("EINVAL");
      container.dirty(4, 48).is("EFAULT");
      container.ioctl("IOMMU_DIRTY_PAGES", null).is("EFAULT");
      container.ioctl("IOMMU_DIRTY_PAGES", new Uint8Array(7)).is("EFAULT");
    },
  },
  {
    name: "dirty: start, stop and an empty bitmap",
    vectors: [58],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      const bitmap = word(t, "bitmap");
      container.map(3, m.at(), 0x10000, 0x4000).is(0);
      container.getBitmap(0x10000, 0x4000, { size: 8, data: bitmap.at }).is("EINVAL");
      container.dirty(START).is(0);
      container.dirty(START).is(0);
      container.getBitmap(0x10000, 0x4000, { size: 8, data: bitmap.at }).is(0);
      bitmap.is(0n);
      container.dirty(STOP).is(0);
      container.dirty(STOP).is(0);
      container.getBitmap(0x10000, 0x4000, { size: 8, data: bitmap.at }).is("EINVAL");
    },
  },
  {
    name: "dirty: arguments of the bitmap",
    vectors: [59, 60, 61],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      const bitmap = word(t, "bitmap");
      container.map(3, m.at(), 0x10000, 0x4000).is(0);
      container.dirty(START).is(0);
      const data = bitmap.at;
      const get = (iova: number, size: number, more: { pgsize?: number; bytes?: number } = {}) =>
        container.getBitmap(iova, size, {
          size: more.bytes ?? 8,
          data,
          ...(more.pgsize === undefined ? {} : { pgsize: more.pgsize }),
        });
      get(0x10000, 0x4000, { pgsize: 0x2000 }).is("EINVAL");
      get(0x10000, 0x4000, { pgsize: 0 }).is("EINVAL");
      get(0x10000, 0x4000, { bytes: 4 }).is("EINVAL");
      get(0x10000, 0x4000, { bytes: 0 }).is("EINVAL");
      get(0x10000, 0x4000, { bytes: 0x80000008 }).is("EINVAL");
      get(0x10000, 0).is("EINVAL");
      get(0x10800, 0x4000).is("EINVAL");
      get(0x10000, 0x4800).is("EINVAL");
      get(0x10000, 0x2000).is("EINVAL");
      get(0x11000, 0x3000).is("EINVAL");
      get(0x11000, 0x1000).is("EINVAL");
      get(0xf000, 0x5000).is(0);
      bitmap.set(0x5555n);
      get(0x40000, 0x4000).is(0);
      bitmap.is(0x5555n);
      bitmap.set(0n);
      container.getBitmap(0x10000, 0x4000, { size: 8, data: 0 }).is("EFAULT");
      container.getBitmap(0x10000, 0x4000, { size: 8, data: KERNEL_HALF }).is("EINVAL");
      container
        .getBitmap(0xffff_ffff_ffff_f000n, 0x2000, { size: 8, data })
        .is(per("EINVAL", "EINVAL", "EOVERFLOW"));
    },
  },
  {
    name: "dirty: bits of an unzeroed buffer are adopted",
    vectors: [62],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      const bitmap = word(t, "bitmap");
      const get = (iova: number, size: number, expected: bigint) => {
        bitmap.set(0x1111_1111_1111_1111n);
        container.getBitmap(iova, size, { size: 8, data: bitmap.at }).is(0);
        bitmap.is(expected);
      };
      const mapBoth = () => {
        container.map(3, m.at(), 0x10000, 0x4000).is(0);
        container.map(3, m.at(), 0x14000, 0x2000).is(0);
      };
      mapBoth();
      container.dirty(START).is(0);
      get(0x10000, 0x6000, 0n);
      get(0x8000, 0x10000, 0x1111_1111_1111_1111n);
      get(0x10000, 0x6000, 0x1111_1111_1111_1110n);
      get(0x10000, 0x4000, 0x1111_1111_1111_1110n);
      container.unmap(0, 0x10000, 0x6000).is(0).has({ size: 0x6000n });
      mapBoth();
      get(0x10000, 0x6000, 0n);
      container.dirty(STOP).is(0);
    },
  },
  {
    name: "dirty: unmap with a bitmap",
    vectors: [63],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      const bitmap = { size: 8, data: word(t, "bitmap").at };
      container.map(3, m.at(), 0x10000, 0x2000).is(0);
      container.dirty(START).is(0);
      container.unmap(1, 0x10000, 0x2000, { argsz: 24 }).is("EINVAL").untouched();
      container.unmap(1, 0x10000, 0x2000, { argsz: 47, bitmap }).is("EINVAL").untouched();
      container.unmap(3, 0, 0, { bitmap }).is("EINVAL").untouched();
      container.unmap(5, 0x10000, 0x2000, { bitmap }).is("EINVAL").untouched();
      const coarse = { ...bitmap, pgsize: 0x2000 };
      container.unmap(1, 0x10000, 0x2000, { bitmap: coarse }).is("EINVAL").untouched();
      const none = { ...bitmap, size: 0 };
      container.unmap(1, 0x10000, 0x2000, { bitmap: none }).is("EINVAL").untouched();
      container.unmap(1, 0x10000, 0, { bitmap }).is("EINVAL").untouched();
      container.unmap(1, 0x10000, 0x2000, { bitmap }).is(0).has({ size: 0x2000n });
      container.dirty(STOP).is(0);
      container.map(3, m.at(), 0x10000, 0x2000).is(0);
      container.unmap(1, 0x10000, 0x2000, { bitmap }).is("EINVAL").untouched();
    },
  },
  {
    name: "dirty: everything, always, with hardware",
    vectors: [64],
    needs: ["edu"],
    run(t) {
      const { container } = hardware(t);
      const m = t.memory(MEMORY, "m");
      const bitmap = word(t, "bitmap");
      container.map(3, m.at(), 0x10000, 0x4000).is(0);
      container.dirty(START).is(0);
      for (const _ of [1, 2]) {
        bitmap.set(0n);
        container.getBitmap(0x10000, 0x4000, { size: 8, data: bitmap.at }).is(0);
        bitmap.is(0xfn);
      }
      container.map(3, m.at(), 0x20000, 0x1000).is(0);
      bitmap.set(0n);
      container.getBitmap(0x10000, 0x11000, { size: 8, data: bitmap.at }).is(0);
      bitmap.is(0x1000fn);
      container.dirty(STOP).is(0);
    },
  },
  {
    name: "dirty: mappings too large for a bitmap",
    vectors: [236],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      container.map(3, m.at(), 0, 0x800_0000_0000n).is(0);
      container.dirty(START).is("EINVAL");
      container.unmap(2, 0, 0).is(0).has({ size: 0x800_0000_0000n });
      container.dirty(START).is(0);
      container.map(3, m.at(), 0, 0x800_0000_0000n).is("EINVAL");
      container.map(3, m.at(), 0, 0x7ff_ffff_f000n).is(0);
      container.dirty(STOP).is(0);
    },
  },
];
