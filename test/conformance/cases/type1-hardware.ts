import { Protection } from "../../../src/kernel.js";
import type { ConformanceCase } from "../case.js";
import {
  attached,
  emulated,
  hardware,
  lastPage,
  MEMORY,
  mdev,
  openGroup,
  openPci,
  pci,
} from "../fixtures/index.js";
import { type Place, per } from "../trial/index.js";

const KERNEL_HALF: Place = { address: 0xffff_8000_0000_0000n, label: "kernel half" };
const ALL = 2;
const VADDR = 4;

/** type 1 with a device behind the machine's IOMMU: ranges, pinning, vaddr updates. */
export const hardwareCases: readonly ConformanceCase[] = [
  {
    name: "hardware: extensions, with and without a mediated device",
    vectors: [29, 30],
    needs: ["edu", "mtty"],
    run(t) {
      const { container } = hardware(t);
      for (const extension of [1, 3, 9, 10]) container.extension(extension).is(1);
      container.extension(4).is(0);
      const second = openGroup(t, mdev(t, "T1"));
      second.setContainer(container).is(0);
      container.extension(10).is(0);
      container.extension(4).is(0);
      second.unsetContainer().is(0);
      container.extension(10).is(1);
    },
  },
  {
    name: "hardware: a second group",
    vectors: [31],
    needs: ["edu", "alone"],
    run(t) {
      const { container } = hardware(t);
      const second = openGroup(t, pci(t, "alone"));
      const m = t.memory(MEMORY, "m");
      second.setContainer(container).is(0);
      container.map(3, m.at(), 0, 0x4000).is(0);
      second.unsetContainer().is(0);
      container.unmap(0, 0, 0x4000).is(0).has({ size: 0x4000n });
    },
  },
  {
    name: "hardware: IOVAs outside the ranges",
    vectors: [65, 67],
    needs: ["edu"],
    run(t) {
      const { container } = hardware(t);
      const m = t.memory(MEMORY, "m");
      container.map(3, m.at(), 0xfee00000, 0x1000).is("EINVAL");
      container.map(3, m.at(), 0xfedff000, 0x2000).is("EINVAL");
      container.map(3, m.at(), 0xfeeff000, 0x1000).is("EINVAL");
      container.map(3, m.at(), 0xfedff000, 0x1000).is(0);
      container.map(3, m.at(), 0xfef00000, 0x1000).is(0);
      container.map(3, m.at(), 0x7f_ffff_f000n, 0x1000).is(0);
      container.map(3, m.at(), 0x7f_ffff_f000n, 0x2000).is("EEXIST");
      container.map(3, m.at(), 0x80_0000_0000n, 0x1000).is("EINVAL");
      container.map(3, m.at(), 0xffff_ffff_ffff_f000n, 0x1000).is("EINVAL");
      container.unmap(0, 0xfee00000, 0x1000).is(0).has({ size: 0n });
      container.unmap(0, 0x80_0000_0000n, 0x1000).is(0).has({ size: 0n });
      container.unmap(ALL, 0, 0).is(0).has({ size: 0x3000n });
    },
  },
  {
    name: "hardware: memory that cannot be pinned",
    vectors: [66],
    needs: ["edu"],
    run(t) {
      const { container } = hardware(t);
      const readOnly = t.memory(0x4000, "read-only", { protection: Protection.read });
      const none = t.memory(0x4000, "none", { protection: Protection.none });
      container.map(3, 0x1000, 0, 0x1000).is("EFAULT");
      container.map(3, lastPage(t, container), 0, 0x2000).is("EFAULT");
      container.unmap(0, 0, 0x2000).is(0).has({ size: 0n });
      container.map(3, lastPage(t, container), 0, 0x1000).is(0);
      container.map(3, readOnly.at(), 0x10000, 0x1000).is("EFAULT");
      container.map(2, readOnly.at(), 0x10000, 0x1000).is("EFAULT");
      container.map(1, readOnly.at(), 0x10000, 0x1000).is(0);
      container.map(1, none.at(), 0x20000, 0x1000).is("EFAULT");
      container.map(1, KERNEL_HALF, 0x20000, 0x1000).is("EFAULT");
      container.unmap(ALL, 0, 0).is(0).has({ size: 0x2000n });
    },
  },
  {
    name: "hardware: a mapped BAR and a shared read-only page",
    vectors: [66],
    needs: ["edu"],
    run(t) {
      const { container, device } = openPci(t);
      const bar = device.mmap({ offset: 0, length: 0x4000 }, "BAR0");
      container.map(3, bar.at(0), 0, 0x2000).is(0);
      container.map(1, bar.at(0x2000), 0x2000, 0x1000).is(0);
      const options = { shared: true, protection: Protection.read };
      container.map(1, t.memory(0x1000, "shared", options).at(), 0x10000, 0x1000).is(0);
      container.unmap(ALL, 0, 0).is(0).has({ size: 0x4000n });
    },
  },
  {
    name: "hardware: vaddr update",
    vectors: [68],
    needs: ["edu"],
    run(t) {
      const { container } = hardware(t);
      const m = t.memory(MEMORY, "m");
      container.map(3, m.at(), 0x10000, 0x4000).is(0);
      container.unmap(VADDR, 0x10000, 0x2000).is("EINVAL").untouched();
      container.unmap(VADDR, 0x10000, 0x4000).is(0).has({ size: 0x4000n });
      container.unmap(VADDR, 0x10000, 0x4000).is("EINVAL").untouched();
      container.map(VADDR, m.at(0x10000), 0x10000, 0x2000).is("EINVAL");
      container.map(VADDR, m.at(0x10000), 0x11000, 0x1000).is("EINVAL");
      container.map(VADDR, m.at(0x10000), 0x10000, 0x4000).is(0);
      container.map(VADDR, m.at(0x10000), 0x10000, 0x4000).is("EINVAL");
      container.map(VADDR, m.at(0x10000), 0x20000, 0x4000).is("ENOENT");
      container.map(3, m.at(), 0x20000, 0x1000).is(0);
      container
        .unmap(ALL | VADDR, 0, 0)
        .is(0)
        .has({ size: 0x5000n });
      container
        .unmap(ALL | VADDR, 0, 0)
        .is("EINVAL")
        .untouched();
      container.unmap(ALL, 0, 0).is(0).has({ size: 0x5000n });
    },
  },
  {
    name: "hardware: while a vaddr is invalid",
    vectors: [69],
    needs: ["edu", "mtty"],
    run(t) {
      const { container } = hardware(t);
      const m = t.memory(MEMORY, "m");
      const second = openGroup(t, mdev(t, "T1"));
      container.map(3, m.at(), 0x10000, 0x4000).is(0);
      container.unmap(VADDR, 0x10000, 0x4000).is(0);
      container.map(3, m.at(), 0x20000, 0x1000).is(0);
      second.setContainer(container).is("EBUSY");
      container.map(VADDR, m.at(0x8000), 0x10000, 0x4000).is(0);
      second.setContainer(container).is(0);
      container.unmap(VADDR, 0x10000, 0x4000).is("EBUSY").untouched();
    },
  },
  {
    name: "hardware: joins a container that has mappings",
    vectors: [71],
    needs: ["edu", "mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      const edu = openGroup(t, pci(t, "edu"));
      const refuses = (iova: number | bigint, vaddr: Place | number, errno: typeof aperture) => {
        container.map(3, vaddr, iova, 0x1000).is(0);
        edu.setContainer(container).is(errno);
        container.unmap(ALL, 0, 0).is(0).has({ size: 0x1000n });
      };
      const aperture = per("EFAULT", "EFAULT", "ERANGE");
      refuses(0xfee00000, m.at(), per("EINVAL", "EINVAL"));
      refuses(0x80_0000_0000n, m.at(), aperture);
      refuses(0, 0x1000, per("EFAULT", "EFAULT"));
      container.info().has({ iova_pgsizes: 0xffff_ffff_ffff_f000n });
      container.map(3, m.at(), 0, 0x1000).is(0);
      edu.setContainer(container).is(0);
      container.info().is(0).has({ iova_pgsizes: 0x40201000n });
    },
  },
  {
    name: "hardware: leaves a container where a mediated device stays",
    vectors: [72],
    needs: ["edu", "mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(MEMORY, "m");
      const edu = openGroup(t, pci(t, "edu"));
      container.map(3, m.at(), 0, 0x1000).is(0);
      edu.setContainer(container).is(0);
      edu.unsetContainer().is(0);
      const list = t.expected(per(68, 72));
      const whole = "0000000000000000 ffffffffffffffff";
      const info = container.info().is(0).has({ iova_pgsizes: 0xffff_ffff_ffff_f000n });
      info.holds(list, `0100 0100 00000000 01000000 00000000 ${whole}`);
      container.map(3, 0x1000, 0x10000, 0x1000).is(0);
      container.unmap(0, 0x10000, 0x1000).is(0);
      container.map(3, m.at(), 0xfee00000, 0x1000).is(0);
      edu.setContainer(container).is("EINVAL");
      container.unmap(0, 0xfee00000, 0x1000).is(0);
      edu.setContainer(container).is(0);
    },
  },
  {
    name: "hardware: version 1",
    vectors: [73],
    needs: ["edu"],
    run(t) {
      const { container } = hardware(t, "edu", 1);
      const m = t.memory(MEMORY, "m");
      container.map(3, m.at(), 0x10000, 0x4000).is(0);
      container.unmap(0, 0x11000, 0x1000).is(0).has({ size: 0n });
      container.unmap(0, 0x10000, 0x1000).is(0).has({ size: 0x4000n });
      container.map(3, m.at(), 0x10000, 0x2000).is(0);
      container.map(3, m.at(0x2000), 0x12000, 0x2000).is(0);
      container.unmap(0, 0x11000, 0x2000).is(0).has({ size: 0n });
      container.unmap(0, 0x10000, 0x4000).is(0).has({ size: 0x4000n });
      container.map(3, m.at(), 0x10000, 0x4000).is(0);
      container.unmap(VADDR, 0x10000, 0x4000).is(0).has({ size: 0x4000n });
    },
  },
  {
    name: "hardware: a large range of memory that is not there",
    vectors: [74],
    needs: ["edu"],
    run(t) {
      const { container } = attached(t, pci(t, "edu"));
      const none = t.memory(0x4000_0000, "none", { protection: Protection.none });
      container.map(3, none.at(), 0, 0x4000_0000).is("EFAULT");
      container.unmap(ALL, 0, 0).is(0).has({ size: 0n });
    },
  },
];
