import { OpenFlags } from "../../../src/kernel.js";
import type { ConformanceCase } from "../case.js";
import { mdev, uuid } from "../fixtures/index.js";
import type { Trial } from "../trial/index.js";

const parents = "/sys/class/mdev_bus";
const devices = "/sys/bus/mdev/devices";

function typePath(parent: string, type: string): string {
  return `${parents}/${parent}/mdev_supported_types/${type}`;
}

/** An attribute of a type reads so. */
function reads(t: Trial, type: string, values: Record<string, string>): void {
  const [parent = ""] = type.split("-");
  for (const [name, text] of Object.entries(values)) {
    t.sysfs.read(`${typePath(parent, type)}/${name}`).is(text);
  }
}

/** Parents and types of mediated devices, and what their files refuse. */
export const mdevTypeCases: readonly ConformanceCase[] = [
  {
    name: "mdev: parents",
    vectors: [75],
    needs: ["mtty", "mdpy", "mbochs"],
    run(t) {
      t.sysfs.list(parents).is("mbochs mdpy mtty");
      t.sysfs.link(`${parents}/mtty`).is("../../devices/virtual/mtty/mtty");
      t.sysfs.link(`${parents}/mdpy`).is("../../devices/virtual/mdpy/mdpy");
      t.sysfs.link(`${parents}/mbochs`).is("../../devices/virtual/mbochs/mbochs");
    },
  },
  {
    name: "mdev: types of mtty",
    vectors: [76],
    needs: ["mtty"],
    run(t) {
      t.sysfs.list(`${parents}/mtty/mdev_supported_types`).is("mtty-1 mtty-2");
      reads(t, "mtty-1", {
        name: "Single port serial\n",
        device_api: "vfio-pci\n",
        available_instances: "24\n",
        description: "ENOENT",
      });
      reads(t, "mtty-2", {
        name: "Dual port serial\n",
        device_api: "vfio-pci\n",
        available_instances: "12\n",
        description: "ENOENT",
      });
      const files = "available_instances create device_api devices name";
      t.sysfs.list(typePath("mtty", "mtty-1")).is(files);
      t.sysfs.list(`${typePath("mtty", "mtty-1")}/devices`).is("");
    },
  },
  {
    name: "mdev: types of mdpy",
    vectors: [77],
    needs: ["mdpy"],
    run(t) {
      for (const [type, resolution] of Object.entries({
        "mdpy-vga": "640x480",
        "mdpy-xga": "1024x768",
        "mdpy-hd": "1920x1080",
      })) {
        reads(t, type, {
          name: `${type}\n`,
          device_api: "vfio-pci\n",
          available_instances: "4\n",
          description: `virtual display, ${resolution} framebuffer\n`,
        });
      }
    },
  },
  {
    name: "mdev: types of mbochs",
    vectors: [77],
    needs: ["mbochs"],
    run(t) {
      for (const [type, available, megabytes] of [
        ["mbochs-small", 64, 4],
        ["mbochs-medium", 16, 16],
        ["mbochs-large", 4, 64],
      ] as const) {
        reads(t, type, {
          name: `${type}\n`,
          device_api: "vfio-pci\n",
          available_instances: `${available}\n`,
          description: `virtual display, ${megabytes} MB video memory\n`,
        });
      }
    },
  },
  {
    name: "mdev: files of a type have one direction, for root too",
    vectors: [78],
    needs: ["mtty"],
    run(t) {
      const path = typePath("mtty", "mtty-1");
      t.tryOpen(`${path}/create`, "create, to read", OpenFlags.readOnly).is("EACCES");
      t.tryOpen(`${path}/name`, "name, to write", OpenFlags.writeOnly).is("EACCES");
      t.sysfs.read(`${path}/create`).is("EACCES");
      t.sysfs.write(`${path}/name`, "x").is("EACCES");
      t.sysfs.write(`${path}/available_instances`, "7").is("EACCES");
      t.sysfs.write(`${path}/nothing`, "x").is("ENOENT");
    },
  },
  {
    name: "mdev: create wants a UUID",
    vectors: [79, 80],
    needs: ["mtty"],
    run(t) {
      const create = `${typePath("mtty", "mtty-1")}/create`;
      const good = uuid(1);
      const attempts = {
        "": 0,
        abcd: "EINVAL",
        [good.slice(0, 35)]: "EINVAL",
        [`${good}xy`]: "EINVAL",
        [`${good.slice(0, 35)}g`]: "EINVAL",
        [good.replaceAll("-", "_")]: "EINVAL",
        [`{${good.slice(0, 34)}}`]: "EINVAL",
        [good.replaceAll("-", "0")]: "EINVAL",
        [` ${good}`]: "EINVAL",
        [`\n${good.slice(1)}`]: "EINVAL",
      };
      for (const [text, result] of Object.entries(attempts)) t.sysfs.write(create, text).is(result);
      t.sysfs.list(devices).is("");
    },
  },
  {
    name: "mdev: create takes any case and any 37th character",
    vectors: [81],
    needs: ["mtty"],
    run(t) {
      const name = uuid(10);
      t.defer(() => void t.kernel.sysfs.write(`${devices}/${name}/remove`, "1"));
      const create = `${typePath("mtty", "mtty-1")}/create`;
      t.sysfs.write(create, `${name.toUpperCase()}X`).is(37);
      t.sysfs.list(devices).is(name);
    },
  },
  {
    name: "mdev: links and group of a device",
    vectors: [82],
    needs: ["mtty"],
    run(t) {
      const { name, path, group } = mdev(t, "T1");
      t.sysfs.link(path).is(`../../../devices/virtual/mtty/mtty/${name}`);
      t.sysfs.link(`${path}/driver`).is("../../../../../bus/mdev/drivers/mtty");
      t.sysfs.link(`${path}/mdev_type`).is("../mdev_supported_types/mtty-1");
      t.sysfs.link(`${typePath("mtty", "mtty-1")}/devices/${name}`).is(`../../../${name}`);
      t.sysfs.kind(`${path}/iommu_group`).is("link");
      const groupPath = `/sys/kernel/iommu_groups/${group}`;
      t.sysfs.read(`${groupPath}/name`, "group name").is("vfio-noiommu\n");
      t.sysfs.read(`${groupPath}/type`, "group type").is("unknown\n");
      t.sysfs.read(`${groupPath}/reserved_regions`, "group reserved_regions").is("");
      t.sysfs.read(`${path}/vendor/sample_mdev_dev`).is(`This is MDEV ${name}\n`);
      t.sysfs.read(`${path}/remove`).is("EACCES");
    },
  },
];
