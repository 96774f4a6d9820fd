// Goal: the whole tree that mediated devices have in sysfs is the real one: names, modes, link
// texts. Every line below was read on Linux 6.1 and 6.12.

import { describe, expect, test } from "vitest";
import { SimulatedMachine } from "../../src/simulator/machine.js";
import { loadMdevSamples, unloadMdevSample } from "../../src/simulator/mdev/samples.js";
import { create, sampleMachine, uuid } from "./opened-device.js";

type Kernel = ReturnType<typeof sampleMachine>["kernel"];

/** Everything below a directory but power/, one line each: name, mode or link text. */
function tree(kernel: Kernel, path: string, prefix = ""): string[] {
  return kernel.sysfs.list(path).flatMap((name) => {
    const at = `${path}/${name}`;
    const kind = kernel.sysfs.kind(at);
    if (kind === "link") return [`${prefix}${name} -> ${kernel.sysfs.readlink(at)}`];
    if (kind === "file") return [`${prefix}${name} ${kernel.system.stat(at)?.mode.toString(8)}`];
    if (name === "power") return [`${prefix}power/`];
    return [`${prefix}${name}/`, ...tree(kernel, at, `${prefix}${name}/`)];
  });
}

const typeFiles = ["available_instances 444", "create 200", "device_api 444", "devices/"];

describe("loaded samples", () => {
  const { kernel } = sampleMachine();

  test("bus and class", () => {
    const driver = (name: string) => [
      `drivers/${name}/`,
      `drivers/${name}/bind 200`,
      `drivers/${name}/module -> ../../../../module/${name}`,
      `drivers/${name}/uevent 200`,
      `drivers/${name}/unbind 200`,
    ];
    expect(tree(kernel, "/sys/bus/mdev")).toEqual([
      "devices/",
      "drivers/",
      ...driver("mbochs"),
      ...driver("mdpy"),
      ...driver("mtty"),
      "drivers_autoprobe 644",
      "drivers_probe 200",
      "uevent 200",
    ]);
    expect(tree(kernel, "/sys/class/mdev_bus")).toEqual([
      "mbochs -> ../../devices/virtual/mbochs/mbochs",
      "mdpy -> ../../devices/virtual/mdpy/mdpy",
      "mtty -> ../../devices/virtual/mtty/mtty",
    ]);
    expect(tree(kernel, "/sys/class/mtty")).toEqual(["mtty -> ../../devices/virtual/mtty/mtty"]);
  });

  test("a parent without descriptions", () => {
    const type = (name: string) => [
      `mdev_supported_types/${name}/`,
      ...[...typeFiles, "name 444"].map((file) => `mdev_supported_types/${name}/${file}`),
    ];
    expect(tree(kernel, "/sys/devices/virtual/mtty/mtty")).toEqual([
      "mdev_supported_types/",
      ...type("mtty-1"),
      ...type("mtty-2"),
      "power/",
      "subsystem -> ../../../../class/mtty",
      "uevent 644",
    ]);
  });

  test("a type with a description", () => {
    const path = "/sys/devices/virtual/mdpy/mdpy/mdev_supported_types/mdpy-vga";
    expect(tree(kernel, path)).toEqual([
      "available_instances 444",
      "create 200",
      "description 444",
      "device_api 444",
      "devices/",
      "name 444",
    ]);
  });

  test("power management", () => {
    const path = "/sys/devices/virtual/mtty/mtty/power";
    expect(tree(kernel, path)).toEqual([
      "async 644",
      "autosuspend_delay_ms 644",
      "control 644",
      "runtime_active_kids 444",
      "runtime_active_time 444",
      "runtime_enabled 444",
      "runtime_status 444",
      "runtime_suspended_time 444",
      "runtime_usage 444",
    ]);
    kernel.sysfs.write(`${path}/control`, "on\n");
    expect(kernel.sysfs.read(`${path}/runtime_enabled`)).toBe("disabled & forbidden\n");
    expect(() => kernel.sysfs.write(`${path}/control`, "off")).toThrow(/EINVAL/);
    expect(() => kernel.sysfs.read(`${path}/autosuspend_delay_ms`)).toThrow(/EIO/);
  });

  test("modules and their parameters", () => {
    expect(tree(kernel, "/sys/module/mbochs")).toEqual([
      "drivers/",
      "drivers/mdev:mbochs -> ../../../bus/mdev/drivers/mbochs",
      "holders/",
      "initstate 444",
      "parameters/",
      "parameters/count 444",
      "refcnt 444",
      "uevent 200",
    ]);
    expect(kernel.sysfs.read("/sys/module/mbochs/parameters/count")).toBe("256\n");
  });
});

test("a device", () => {
  const { kernel } = sampleMachine();
  const device = create(kernel, "mtty-2");
  expect(tree(kernel, device)).toEqual([
    "driver -> ../../../../../bus/mdev/drivers/mtty",
    "iommu_group -> ../../../../../kernel/iommu_groups/0",
    "mdev_type -> ../mdev_supported_types/mtty-2",
    "power/",
    "remove 200",
    "subsystem -> ../../../../../bus/mdev",
    "uevent 644",
    "vendor/",
    "vendor/sample_mdev_dev 444",
    "vfio-dev/",
    "vfio-dev/vfio0/",
    `vfio-dev/vfio0/device -> ../../../${uuid()}`,
    "vfio-dev/vfio0/power/",
    "vfio-dev/vfio0/subsystem -> ../../../../../../../class/vfio-dev",
    "vfio-dev/vfio0/uevent 644",
  ]);
  expect(kernel.sysfs.read(`${device}/uevent`)).toBe("DRIVER=mtty\n");
  expect(kernel.sysfs.read(`${device}/vendor/sample_mdev_dev`)).toBe(`This is MDEV ${uuid()}\n`);
  expect(kernel.sysfs.readlink(`/sys/bus/mdev/devices/${uuid()}`)).toBe(
    `../../../devices/virtual/mtty/mtty/${uuid()}`,
  );
  const links = "/sys/class/mdev_bus/mtty/mdev_supported_types/mtty-2/devices";
  expect(kernel.sysfs.readlink(`${links}/${uuid()}`)).toBe(`../../../${uuid()}`);
  expect(kernel.sysfs.kind(`/sys/bus/mdev/drivers/mtty/${uuid()}`)).toBe("link");

  kernel.sysfs.write("/sys/bus/mdev/drivers/mtty/unbind", uuid());
  expect(tree(kernel, device)).toEqual([
    "mdev_type -> ../mdev_supported_types/mtty-2",
    "power/",
    "remove 200",
    "subsystem -> ../../../../../bus/mdev",
    "uevent 644",
  ]);
});

test("an unloaded sample leaves nothing", () => {
  const machine = new SimulatedMachine();
  const kernel = machine.process();
  loadMdevSamples(machine, ["mdpy"]);
  create(kernel, "mdpy-vga");
  expect(unloadMdevSample(machine, "mdpy")).toBe(0);
  expect(kernel.sysfs.list("/sys/bus/mdev/devices")).toEqual([]);
  expect(kernel.sysfs.list("/sys/bus/mdev/drivers")).toEqual([]);
  expect(kernel.sysfs.list("/sys/class/mdev_bus")).toEqual([]);
  expect(kernel.sysfs.list("/sys/class/vfio")).toEqual([]);
  for (const path of ["class/mdpy", "devices/virtual/mdpy", "module/mdpy"]) {
    expect(kernel.sysfs.kind(`/sys/${path}`)).toBeUndefined();
  }
});
