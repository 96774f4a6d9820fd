import type { ConformanceCase } from "../case.js";
import {
  attached,
  type Container,
  emulated,
  feature,
  type Group,
  hardware,
  mdev,
  op,
  openContainer,
  openGroup,
  openMdev,
  openPci,
} from "../fixtures/index.js";
import type { TracedFile, Value } from "../trial/index.js";

const VFIO = 0x3b00;

/** Every request from before VFIO's first to behind its last, without an argument. */
function every(file: TracedFile, gives: (nr: number) => Value): void {
  for (let nr = 98; nr <= 124; nr += 1) file.ioctl(VFIO + nr, null).is(gives(nr));
}

/** The right number with other type, direction or size bits is another request. */
function strange(file: TracedFile, gives: Value): void {
  for (const request of [0x3c64, 0x64, 0x40003b64, 0x80083b65, 0xc0203b71, 0, 0xffffffff]) {
    file.ioctl(request, null).is(gives);
  }
}

/** A container without an IOMMU: 102 (SET_IOMMU) with type 0 included. */
function withoutIommu(setIommu: Value) {
  return (nr: number) => (nr === 100 || nr === 101 ? 0 : nr === 102 ? setIommu : "EINVAL");
}

function withIommu(nr: number): Value {
  if (nr === 100 || nr === 101) return 0;
  if (nr === 102) return "EINVAL";
  return [112, 113, 114, 117].includes(nr) ? "EFAULT" : "ENOTTY";
}

function ofGroup(unset: Value) {
  return (nr: number) => {
    if (nr === 105) return unset;
    return [103, 104, 106].includes(nr) ? "EFAULT" : "ENOTTY";
  };
}

function containerStates(container: Container, group: Group): void {
  every(container, withoutIommu("EINVAL"));
  group.setContainer(container).is(0);
  every(container, withoutIommu("ENODEV"));
  strange(container, "EINVAL");
  container.setIommu(3).is(0);
  every(container, withIommu);
  strange(container, "ENOTTY");
  group.unsetContainer().is(0);
  every(container, withoutIommu("EINVAL"));
  strange(container, "EINVAL");
}

/** Every request in every state that a file can be in. */
export const stateCases: readonly ConformanceCase[] = [
  {
    name: "states: container of an emulated group",
    vectors: [3, 4, 15, 16, 24],
    needs: ["mtty"],
    run(t) {
      containerStates(openContainer(t), openGroup(t, mdev(t, "T1")));
    },
  },
  {
    name: "states: container of a hardware group",
    vectors: [3, 4, 15, 16, 24],
    needs: ["edu"],
    run(t) {
      const { container, group } = hardware(t);
      group.unsetContainer().is(0);
      containerStates(container, group);
    },
  },
  {
    name: "states: container with version 1",
    vectors: [16, 53],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t, "T1", 1);
      every(container, (nr) => (nr === 117 ? "EACCES" : withIommu(nr)));
    },
  },
  {
    name: "states: group",
    vectors: [8, 9, 10, 13],
    needs: ["mtty"],
    run(t) {
      const target = mdev(t, "T1");
      const group = openGroup(t, target);
      const container = openContainer(t);
      every(group, ofGroup("EINVAL"));
      strange(group, "ENOTTY");
      group.setContainer(container).is(0);
      every(group, ofGroup(0));
      group.status().has({ flags: 1 });
      group.setContainer(container).is(0);
      container.setIommu(3).is(0);
      const device = group.device(target.name);
      every(group, ofGroup("EBUSY"));
      group.status().has({ flags: 3 });
      device.close();
      every(group, ofGroup(0));
      strange(group, "ENOTTY");
    },
  },
  {
    name: "states: group whose device is gone",
    vectors: [32, 33],
    needs: ["mtty"],
    run(t) {
      const { group, container, target } = emulated(t);
      t.sysfs.write(`${target.path}/remove`, "1").is(1);
      every(group, ofGroup("EINVAL"));
      every(container, withoutIommu("EINVAL"));
    },
  },
  {
    name: "states: mtty",
    vectors: [92, 114],
    needs: ["mtty"],
    run(t) {
      const { device, container, group } = openMdev(t, "T1");
      const known = (nr: number): Value => {
        if (nr === 111) return 0;
        return [107, 108, 109, 110, 117].includes(nr) ? "EFAULT" : "ENOTTY";
      };
      every(device, known);
      strange(device, "ENOTTY");
      container.close();
      group.close();
      every(device, known);
    },
  },
  {
    name: "states: mdpy",
    vectors: [131],
    needs: ["mdpy"],
    run(t) {
      const { device } = openMdev(t, "PY");
      every(device, (nr) => {
        if (nr === 110) return "EINVAL";
        if (nr === 111) return 0;
        return [107, 108, 109, 114, 117].includes(nr) ? "EFAULT" : "ENOTTY";
      });
      strange(device, "ENOTTY");
    },
  },
  {
    name: "states: mbochs",
    vectors: [140],
    needs: ["mbochs"],
    run(t) {
      const { device } = openMdev(t, "BO");
      every(device, (nr) => {
        if (nr === 110) return "EINVAL";
        if (nr === 111) return 0;
        return [107, 108, 109, 114, 115, 117].includes(nr) ? "EFAULT" : "ENOTTY";
      });
      strange(device, "ENOTTY");
    },
  },
  {
    name: "states: edu",
    vectors: [178, 184, 247],
    needs: ["edu"],
    run(t) {
      const { device, container, group } = openPci(t);
      const known = (nr: number): Value => {
        if (nr === 111) return "EINVAL";
        return [107, 108, 109, 110, 112, 113, 116, 117].includes(nr) ? "EFAULT" : "ENOTTY";
      };
      every(device, known);
      strange(device, "ENOTTY");
      feature(device, 3 | op.SET).is(0);
      every(device, known);
      feature(device, 5 | op.SET).is(0);
      container.close();
      group.close();
      every(device, known);
    },
  },
  {
    name: "states: nvme",
    vectors: [178],
    needs: ["nvme"],
    run(t) {
      const { device } = openPci(t, "nvme");
      every(device, (nr) => {
        if (nr === 111) return 0;
        return [107, 108, 109, 110, 112, 113, 116, 117].includes(nr) ? "EFAULT" : "ENOTTY";
      });
    },
  },
  {
    name: "states: two containers with the same group, one after the other",
    vectors: [13, 24],
    needs: ["mtty"],
    run(t) {
      const target = mdev(t, "T1");
      const first = attached(t, target);
      first.group.unsetContainer().is(0);
      const second = openContainer(t, "second container");
      first.group.setContainer(second).is(0);
      second.setIommu(1).is(0);
      first.container.info().is("EINVAL");
      second.info().is(0);
    },
  },
];
