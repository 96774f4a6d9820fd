import { OpenFlags } from "../../../src/kernel.js";
import type { ConformanceCase } from "../case.js";
import {
  attached,
  emulated,
  groupNode,
  MEMORY,
  mdev,
  openContainer,
  openGroup,
  openMdev,
} from "../fixtures/index.js";

/** Containers, groups and devices closed in any order. */
export const lifetimeCases: readonly ConformanceCase[] = [
  {
    name: "lifetime: a group is busy while a device of it is open",
    vectors: [19],
    needs: ["mtty"],
    run(t) {
      const { group, target } = emulated(t);
      const first = group.device(target.name, "first");
      const second = group.device(target.name, "second");
      group.unsetContainer().is("EBUSY");
      first.close();
      group.unsetContainer().is("EBUSY");
      second.close();
      group.unsetContainer().is(0);
    },
  },
  {
    name: "lifetime: a dup of a device counts",
    vectors: [20],
    needs: ["mtty"],
    run(t) {
      const { group, device } = openMdev(t, "T1");
      const copy = device.dup("dup");
      device.close();
      group.unsetContainer().is("EBUSY");
      copy.close();
      group.unsetContainer().is(0);
    },
  },
  {
    name: "lifetime: a second group joins and leaves a container",
    vectors: [21],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const second = openGroup(t, mdev(t, "T2", 2));
      const m = t.memory(MEMORY, "m");
      second.setContainer(container).is(0);
      container.map(3, m.at(), 0, 0x1000).is(0);
      second.unsetContainer().is(0);
      container.map(3, m.at(), 0, 0x1000).is("EEXIST");
      container.unmap(0, 0, 0x1000).is(0).has({ size: 0x1000n });
    },
  },
  {
    name: "lifetime: group and container closed before the device",
    vectors: [22],
    needs: ["mtty"],
    run(t) {
      const { target, container, group, device } = openMdev(t, "T1");
      group.close();
      device.info().is(0);
      t.tryOpen(groupNode(target), "group").is("EBUSY");
      container.close();
      device.reset().is(0);
      device.close();
      openGroup(t, target).status().is(0).has({ flags: 1 });
    },
  },
  {
    name: "lifetime: closing the group detaches it",
    vectors: [23],
    needs: ["mtty"],
    run(t) {
      const { container, group } = emulated(t);
      container.extension(4).is(1);
      group.close();
      container.info().is("EINVAL").untouched();
      container.extension(4).is(0);
    },
  },
  {
    name: "lifetime: the last group takes the IOMMU with it",
    vectors: [24],
    needs: ["mtty"],
    run(t) {
      const { container, group } = emulated(t);
      const m = t.memory(MEMORY, "m");
      container.map(3, m.at(), 0, 0x1000).is(0);
      group.unsetContainer().is(0);
      container.info().is("EINVAL").untouched();
      container.setIommu(3).is("EINVAL");
      group.setContainer(container).is(0);
      container.setIommu(1).is(0);
      container.unmap(0, 0, 0x1000).is(0).has({ size: 0n });
    },
  },
  {
    name: "lifetime: the container closed before the group",
    vectors: [25],
    needs: ["mtty"],
    run(t) {
      const group = openGroup(t, mdev(t, "T1"));
      const container = openContainer(t);
      group.setContainer(container).is(0);
      container.close();
      group.status().is(0).has({ flags: 3 });
      group.unsetContainer().is(0);
    },
  },
  {
    name: "lifetime: read-only container and group are enough",
    vectors: [26],
    needs: ["mtty"],
    run(t) {
      const target = mdev(t, "T1");
      const container = openContainer(t, "container", OpenFlags.readOnly);
      const group = openGroup(t, target, { flags: OpenFlags.readOnly });
      group.setContainer(container).is(0);
      container.setIommu(3).is(0);
      const device = group.device(target.name);
      device.pwrite(Uint8Array.of(0x5a), 7).is(1);
      device.pread(1, 7).is(1).holds(0, "5a");
      group.read(8).is("EINVAL");
      container.write(new Uint8Array(8)).is("EBADF");
    },
  },
  {
    name: "lifetime: container state goes with all of its files",
    vectors: [24, 25],
    needs: ["mtty"],
    run(t) {
      const first = attached(t, mdev(t, "T1"));
      first.group.close();
      first.container.close();
      const target = first.target;
      const group = openGroup(t, target);
      group.status().is(0).has({ flags: 1 });
      group.tryDevice(target.name).is("EINVAL");
    },
  },
];
