import { OpenFlags } from "../../../src/kernel.js";
import type { ConformanceCase } from "../case.js";
import { groupNode, mdev, openContainer, openGroup } from "../fixtures/index.js";
import { per } from "../trial/index.js";

/** Groups alone and with a container. */
export const groupCases: readonly ConformanceCase[] = [
  {
    name: "group: one opener on the whole machine",
    vectors: [6],
    needs: ["mtty"],
    run(t) {
      const target = mdev(t, "T2");
      const group = openGroup(t, target);
      t.tryOpen(groupNode(target), "group again").is("EBUSY");
      t.tryOpen(groupNode(target), "group again, read-only", OpenFlags.readOnly).is("EBUSY");
      const other = t.process();
      other.tryOpen(groupNode(target), "group, in another process").is("EBUSY");
      const copy = group.dup("dup of group");
      group.close();
      t.tryOpen(groupNode(target), "group while the dup is open").is("EBUSY");
      copy.close();
      other.tryOpen(groupNode(target), "group, in another process").is(0);
    },
  },
  {
    name: "group: status",
    vectors: [7, 237],
    needs: ["mtty"],
    run(t) {
      const group = openGroup(t, mdev(t, "T2"));
      group.status().is(0).has({ flags: 1, argsz: 8 });
      group.status(7).is("EINVAL").untouched();
      group.status(0).is("EINVAL").untouched();
      group.status(64).is(0).has({ flags: 1, argsz: 64 });
      group.status(0xffffffff).is(0).has({ flags: 1, argsz: 0xffffffff });
      group.ioctl("GROUP_GET_STATUS", null).is("EFAULT");
      group.ioctl("GROUP_GET_STATUS", new Uint8Array(7)).is("EFAULT");
    },
  },
  {
    name: "group: calls without a container",
    vectors: [8, 9, 10],
    needs: ["mtty"],
    run(t) {
      const target = mdev(t, "T2");
      const group = openGroup(t, target);
      group.unsetContainer().is("EINVAL");
      group.tryDevice(target.name).is("EINVAL");
      group.tryDevice("nonexist").is("ENODEV");
      group.ioctl("GROUP_GET_DEVICE_FD", null).is("EFAULT");
      group.ioctl(0x3b00 + 250, null).is("ENOTTY");
      group.ioctl("GET_API_VERSION").is("ENOTTY");
      group.ioctl("DEVICE_GET_INFO", null).is("ENOTTY");
    },
  },
  {
    name: "group: SET_CONTAINER with what is no container",
    vectors: [11, 12],
    needs: ["mtty"],
    run(t) {
      const group = openGroup(t, mdev(t, "T2"));
      const eventfd = t.eventfd("eventfd");
      group.ioctl("GROUP_SET_CONTAINER", null).is("EFAULT");
      group.ioctl("GROUP_SET_CONTAINER", new Uint8Array(3)).is("EFAULT");
      group.setContainer(-1).is("EBADF");
      group.setContainer(999).is("EBADF");
      group.setContainer(eventfd).is(per("EINVAL", "EBADFD"));
      group.setContainer(group).is(per("EINVAL", "EBADFD"));
    },
  },
  {
    name: "group: SET_CONTAINER once",
    vectors: [13],
    needs: ["mtty"],
    run(t) {
      const group = openGroup(t, mdev(t, "T2"));
      const container = openContainer(t);
      const other = openContainer(t, "other container");
      const eventfd = t.eventfd("eventfd");
      group.setContainer(container).is(0);
      group.status().is(0).has({ flags: 3 });
      group.setContainer(container).is("EINVAL");
      group.setContainer(other).is("EINVAL");
      group.setContainer(999).is("EBADF");
      group.setContainer(eventfd).is("EINVAL");
      group.unsetContainer().is(0);
      group.status().is(0).has({ flags: 1 });
      group.unsetContainer().is("EINVAL");
    },
  },
  {
    name: "group: read and write",
    vectors: [26],
    needs: ["mtty"],
    run(t) {
      const group = openGroup(t, mdev(t, "T1"));
      group.read(8).is("EINVAL");
      group.write(new Uint8Array(8)).is("EINVAL");
      group.tryMmap({ offset: 0, length: 0x1000 }).is("ENODEV");
    },
  },
];
