import type { ConformanceCase } from "../case.js";
import { mdev, uuid } from "../fixtures/index.js";
import type { Trial } from "../trial/index.js";

const devices = "/sys/bus/mdev/devices";

function typePath(type: string): string {
  const [parent = ""] = type.split("-");
  return `/sys/class/mdev_bus/${parent}/mdev_supported_types/${type}`;
}

/** Creates the n-th device of a type; whatever comes of it is removed at the end. */
function create(t: Trial, type: string, n: number) {
  const path = `${devices}/${uuid(n)}`;
  const outcome = t.sysfs.write(`${typePath(type)}/create`, uuid(n), `${type}/create`);
  if (outcome.succeeded) {
    t.defer(() => {
      if (t.kernel.sysfs.kind(path) !== undefined) t.kernel.sysfs.write(`${path}/remove`, "1");
    });
  }
  return outcome;
}

function available(t: Trial, counts: Record<string, number>): void {
  for (const [type, count] of Object.entries(counts)) {
    t.sysfs.read(`${typePath(type)}/available_instances`).is(`${count}\n`);
  }
}

/** Creation and removal of mediated devices, and how instances are counted. */
export const mdevCreateCases: readonly ConformanceCase[] = [
  {
    name: "mdev: a UUID is used once on the whole machine",
    vectors: [83],
    needs: ["mtty", "mdpy"],
    run(t) {
      create(t, "mtty-1", 1).is(36);
      create(t, "mtty-1", 1).is("EEXIST");
      create(t, "mtty-2", 1).is("EEXIST");
      create(t, "mdpy-vga", 1).is("EEXIST");
      t.sysfs.list(devices).is(uuid(1));
    },
  },
  {
    name: "mdev: mtty counts ports",
    vectors: [84, 86],
    needs: ["mtty"],
    run(t) {
      create(t, "mtty-1", 1).is(36);
      available(t, { "mtty-1": 23, "mtty-2": 11 });
      t.sysfs.write(`${devices}/${uuid(1)}/remove`, "1").is(1);
      for (let n = 1; n <= 12; n += 1) create(t, "mtty-2", n).is(36);
      available(t, { "mtty-1": 0, "mtty-2": 0 });
      create(t, "mtty-2", 13).is("ENOSPC");
      create(t, "mtty-1", 13).is("ENOSPC");
      create(t, "mtty-1", 1).is("EEXIST");
      t.sysfs.kind(`${devices}/${uuid(13)}`).is("nothing");
    },
  },
  {
    name: "mdev: remove",
    vectors: [85],
    needs: ["mtty"],
    run(t) {
      const { path } = mdev(t, "T1");
      t.sysfs.write(`${path}/remove`, "abc").is("EINVAL");
      t.sysfs.write(`${path}/remove`, "0").is(1);
      t.sysfs.write(`${path}/remove`, "").is(0);
      t.sysfs.write(`${path}/remove`, "-1").is("EINVAL");
      t.sysfs.write(`${path}/remove`, "1x").is("EINVAL");
      t.sysfs.kind(path).is("link");
      t.sysfs.write(`${path}/remove`, "0x10\n").is(5);
      t.sysfs.kind(path).is("nothing");
      t.sysfs.write(`${path}/remove`, "1").is("ENOENT");
      available(t, { "mtty-1": 24 });
    },
  },
  {
    name: "mdev: unbound from its driver",
    vectors: [87],
    needs: ["mtty"],
    run(t) {
      const { path, name } = mdev(t, "T1");
      const driver = "/sys/bus/mdev/drivers/mtty";
      t.sysfs.write(`${driver}/unbind`, name).is(36);
      available(t, { "mtty-1": 24 });
      t.sysfs.kind(`${path}/iommu_group`).is("nothing");
      t.sysfs.kind(`${path}/driver`).is("nothing");
      t.sysfs.kind(path).is("link");
      t.sysfs.write(`${driver}/bind`, name).is("ENODEV");
      t.sysfs.write(`${driver}/unbind`, name).is("ENODEV");
      create(t, "mtty-1", 1).is("EEXIST");
      t.sysfs.write(`${path}/remove`, "1").is(1);
    },
  },
  {
    name: "mdev: mdpy counts devices of all types",
    vectors: [88],
    needs: ["mdpy"],
    run(t) {
      for (const [n, type] of ["mdpy-vga", "mdpy-hd", "mdpy-xga", "mdpy-vga"].entries()) {
        create(t, type, n + 1).is(36);
      }
      t.sysfs.read(`${devices}/${uuid(2)}/vendor/resolution`).is("1920x1080\n");
      create(t, "mdpy-vga", 5).is("EUSERS");
      available(t, { "mdpy-vga": 0, "mdpy-xga": 0, "mdpy-hd": 0 });
      create(t, "mdpy-xga", 1).is("EEXIST");
      t.sysfs.write(`${typePath("mdpy-vga")}/create`, "x".repeat(36)).is("EINVAL");
      t.sysfs.write(`${devices}/${uuid(1)}/remove`, "1").is(1);
      available(t, { "mdpy-vga": 1, "mdpy-xga": 1, "mdpy-hd": 1 });
      create(t, "mdpy-hd", 5).is(36);
    },
  },
  {
    name: "mdev: mbochs counts megabytes",
    vectors: [89],
    needs: ["mbochs"],
    run(t) {
      create(t, "mbochs-small", 10).is(36);
      available(t, { "mbochs-small": 63, "mbochs-medium": 15, "mbochs-large": 3 });
      t.sysfs.write(`${devices}/${uuid(10)}/remove`, "1").is(1);
      for (let n = 1; n <= 4; n += 1) create(t, "mbochs-large", n).is(36);
      create(t, "mbochs-large", 5).is("ENOSPC");
      create(t, "mbochs-small", 5).is("ENOSPC");
      available(t, { "mbochs-small": 0, "mbochs-medium": 0, "mbochs-large": 0 });
      t.sysfs.read(`${devices}/${uuid(1)}/vendor/memory`).is("64 MB\n");
    },
  },
];
