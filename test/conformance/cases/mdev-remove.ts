import type { ConformanceCase } from "../case.js";
import {
  emulated,
  groupNode,
  mdev,
  openContainer,
  openGroup,
  openMdev,
} from "../fixtures/index.js";
import { per } from "../trial/index.js";

/** Mediated devices that go away under their users. */
export const mdevRemoveCases: readonly ConformanceCase[] = [
  {
    name: "mdev removal: with the group in a container, no device open",
    vectors: [32],
    needs: ["mtty"],
    run(t) {
      const { container, group, target } = emulated(t);
      t.sysfs.write(`${target.path}/remove`, "1").is(1);
      group.status().is("ENODEV");
      group.unsetContainer().is("EINVAL");
      group.tryDevice(target.name).is("ENODEV");
      group.setContainer(container).is("ENODEV");
      container.info().is("EINVAL");
      t.tryOpen(groupNode(target), "group node").is("ENOENT");
    },
  },
  {
    name: "mdev removal: with the group open, without a container",
    vectors: [33],
    needs: ["mtty"],
    run(t) {
      const target = mdev(t, "T1");
      const group = openGroup(t, target);
      t.sysfs.write(`${target.path}/remove`, "1").is(1);
      group.status().is("ENODEV");
      group.setContainer(openContainer(t)).is("ENODEV");
      group.unsetContainer().is("EINVAL");
    },
  },
  {
    name: "mdev removal: waits for an open device",
    vectors: [90, 91],
    needs: ["mtty"],
    async run(t) {
      const { container, group, target, device } = openMdev(t, "T1");
      const { path, name } = target;
      const parent = "/sys/class/mdev_bus/mtty";
      const type = `${parent}/mdev_supported_types/mtty-1`;
      const remove = t.sysfs.begin(`${path}/remove`, "1", "remove");
      await t.until("the bus link is gone", () => t.kernel.sysfs.kind(path) === undefined, 20_000);
      remove.waits();
      t.sysfs.kind(`${type}/devices/${name}`).is("nothing");
      t.sysfs.kind(`${parent}/${name}`).is("directory");
      t.sysfs.write(`${type}/create`, name).is("EEXIST");
      t.sysfs.read(`${type}/available_instances`).is("23\n");
      device.reset().is(0);
      group.status().is(0).has({ flags: 3 });
      group.tryDevice(name).is(per(0, "ENODEV"));
      remove.waits();
      device.close();
      await remove.returns(1);
      group.status().is("ENODEV");
      group.unsetContainer().is("EINVAL");
      group.setContainer(container).is("ENODEV");
      group.tryDevice(name).is("ENODEV");
      container.setIommu(3).is("EINVAL");
      t.tryOpen(groupNode(target), "group node").is("ENOENT");
      t.sysfs.read(`${type}/available_instances`).is("24\n");
    },
  },
  {
    name: "mdev removal: waits for a mapping",
    vectors: [239],
    needs: ["mdpy"],
    async run(t) {
      const { group, target, device } = openMdev(t, "PY");
      const mapping = device.mmap({ offset: 0x1000, length: 0x1000 }, "framebuffer");
      device.close();
      group.unsetContainer().is("EBUSY");
      const { path } = target;
      const remove = t.sysfs.begin(`${path}/remove`, "1", "remove");
      await t.until("the bus link is gone", () => t.kernel.sysfs.kind(path) === undefined, 20_000);
      remove.waits();
      mapping.read(0).is("0x0");
      mapping.unmap();
      await remove.returns(1);
      group.status().is("ENODEV");
    },
  },
];
