import type { ConformanceCase } from "../case.js";
import { emulated, mdev, openContainer, openGroup } from "../fixtures/index.js";
import { per } from "../trial/index.js";

/** Containers without and with an IOMMU: which calls they take when. */
export const containerCases: readonly ConformanceCase[] = [
  {
    name: "container: version and extensions of a fresh one",
    vectors: [1, 2],
    run(t) {
      const container = openContainer(t);
      container.ioctl("GET_API_VERSION").is(0);
      const positive = new Map([
        [1, per(1, 1)],
        [3, per(1, 1)],
        [6, per(1, 1, 0)],
        [9, per(1, 1)],
      ]);
      for (let extension = 0; extension <= 12; extension += 1) {
        container.extension(extension).is(positive.get(extension) ?? 0);
      }
      container.extension(-1).is(0);
    },
  },
  {
    name: "container: calls that want an IOMMU or a group",
    vectors: [3, 4],
    run(t) {
      const container = openContainer(t);
      container.setIommu(1).is("EINVAL");
      container.setIommu(99).is("EINVAL");
      container.info().is("EINVAL").untouched();
      container.ioctl("IOMMU_MAP_DMA", null).is("EINVAL");
      container.ioctl("IOMMU_UNMAP_DMA", null).is("EINVAL");
      container.ioctl("IOMMU_DIRTY_PAGES", null).is("EINVAL");
      container.ioctl(0x3b00 + 250, null).is("EINVAL");
    },
  },
  {
    name: "container: read, write and mmap",
    vectors: [5],
    run(t) {
      const container = openContainer(t);
      container.read(8).is("EINVAL");
      container.write(new Uint8Array(8)).is("EINVAL");
      container.pread(8, 0).is("EINVAL");
      container.tryMmap({ offset: 0, length: 0x1000 }).is("ENODEV");
    },
  },
  {
    name: "container: SET_IOMMU chooses among the types once",
    vectors: [14, 15],
    needs: ["mtty"],
    run(t) {
      const target = mdev(t, "T2");
      const other = mdev(t, "T1", 2);
      const container = openContainer(t);
      const group = openGroup(t, target);
      group.setContainer(container).is(0);
      group.tryDevice(target.name).is("EINVAL");
      group.tryDevice(other.name).is("ENODEV");
      container.map(3, 0, 0, 0x1000).is("EINVAL");
      for (const type of [0, 2, 4, 5, 7, 8, 10, 11, 12]) container.setIommu(type).is("ENODEV");
      container.setIommu(9).is("EINVAL");
      container.setIommu(3).is(0);
      container.setIommu(3).is("EINVAL");
      container.setIommu(1).is("EINVAL");
      container.setIommu(99).is("EINVAL");
    },
  },
  {
    name: "container: nesting",
    vectors: [27],
    needs: ["mtty"],
    run(t) {
      const container = openContainer(t);
      openGroup(t, mdev(t, "T1")).setContainer(container).is(0);
      container.setIommu(6).is(per(0, 0, "ENODEV"));
    },
  },
  {
    name: "container: extensions and unknown calls with an emulated group",
    vectors: [16],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const positive = new Map([
        [1, per(1, 1)],
        [3, per(1, 1)],
        [4, per(1, 1)],
        [6, per(1, 1, 0)],
        [9, per(1, 1)],
      ]);
      for (let extension = 0; extension <= 12; extension += 1) {
        container.extension(extension).is(positive.get(extension) ?? 0);
      }
      container.ioctl("GET_API_VERSION").is(0);
      container.ioctl(0x3b00 + 250, null).is("ENOTTY");
      container.ioctl("IOMMU_ENABLE", null).is("ENOTTY");
      container.ioctl("IOMMU_DISABLE", null).is("ENOTTY");
      container.ioctl("GROUP_GET_STATUS", null).is("ENOTTY");
      container.ioctl("DEVICE_GET_INFO", null).is("ENOTTY");
    },
  },
];
