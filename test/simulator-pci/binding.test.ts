// Goal: functions, drivers and what binds them behave in sysfs as on a real kernel (4.6).

import { describe, expect, test } from "vitest";
import { guestFixtures } from "../../src/simulator/fixtures.js";
import { loadPciDriver } from "../../src/simulator/pci/index.js";
import { bind, machineWith, openDevice, outcome } from "./fixture.js";

const edu = "0000:00:05.0";
const path = `/sys/bus/pci/devices/${edu}`;
const vfio = "/sys/bus/pci/drivers/vfio-pci";

function guest() {
  const machine = machineWith(guestFixtures);
  const kernel = machine.process();
  const write = (file: string, data: string) => outcome(() => kernel.sysfs.write(file, data));
  return { machine, kernel, write };
}

describe("a machine's functions are found in the kernel's order", () => {
  test("directories follow the bridges, groups follow isolation", () => {
    const { kernel } = guest();
    expect(kernel.sysfs.readlink("/sys/bus/pci/devices/0000:02:01.0")).toBe(
      "../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/0000:02:01.0",
    );
    const group = (name: string) =>
      kernel.sysfs.readlink(`/sys/bus/pci/devices/${name}/iommu_group`).split("/").at(-1);
    expect(["0000:00:05.0", "0000:03:00.0", "0000:04:00.0"].map(group)).toEqual(["5", "10", "11"]);
    expect(kernel.sysfs.list("/sys/kernel/iommu_groups/9/devices")).toEqual([
      "0000:01:00.0",
      "0000:02:01.0",
      "0000:02:02.0",
    ]);
    expect(kernel.sysfs.list("/sys/kernel/iommu_groups/8/devices")).toHaveLength(3);
  });

  test("root ports are bound, the bridge to conventional PCI is not", () => {
    const { kernel } = guest();
    expect(kernel.sysfs.list("/sys/bus/pci/drivers/pcieport")).toContain("0000:00:04.0");
    expect(kernel.sysfs.kind("/sys/bus/pci/devices/0000:01:00.0/driver")).toBeUndefined();
  });

  test("what each function tells of itself", () => {
    const { kernel } = guest();
    expect(kernel.sysfs.read(`${path}/uevent`)).toBe(
      "PCI_CLASS=FF00\nPCI_ID=1234:11E8\nPCI_SUBSYS_ID=1AF4:1100\nPCI_SLOT_NAME=0000:00:05.0\n" +
        "MODALIAS=pci:v00001234d000011E8sv00001AF4sd00001100bc00scFFi00\n",
    );
    expect(kernel.sysfs.read(`${path}/resource`).split("\n")[0]).toBe(
      "0x00000000fe000000 0x00000000fe0fffff 0x0000000000040200",
    );
    expect(kernel.sysfs.kind(`${path}/reset`)).toBeUndefined();
    expect(kernel.sysfs.read("/sys/bus/pci/devices/0000:03:00.0/reset_method")).toBe("flr bus\n");
  });
});

describe("plugging", () => {
  test("wrong, doubled and unreachable addresses are refused", () => {
    const plug =
      (...addresses: string[]) =>
      () =>
        machineWith(addresses.map((address) => ({ model: "edu", address })));
    expect(plug("05.0")).toThrow(RangeError);
    expect(plug(edu, edu)).toThrow(/already/);
    expect(plug("0000:07:00.0")).toThrow(/no bridge/);
    expect(() => machineWith([{ model: "unheard-of" } as never])).toThrow(/no PCI model/);
  });

  test("a function without an address takes the next free device", () => {
    const kernel = machineWith([{ model: "edu" }, { model: "edu" }]).process();
    expect(kernel.sysfs.list("/sys/bus/pci/devices")).toEqual(["0000:00:01.0", "0000:00:02.0"]);
  });
});

describe("driver_override and the probe file", () => {
  test("an override that nobody answers to leaves the function alone", () => {
    const { kernel, write } = guest();
    expect(write(`${path}/driver_override`, "nobody\n")).toBe(7);
    expect(write("/sys/bus/pci/drivers_probe", edu)).toBe(12);
    expect(kernel.sysfs.kind(`${path}/driver`)).toBeUndefined();
    expect(write(`${path}/driver_override`, "\n")).toBe(1);
    expect(kernel.sysfs.read(`${path}/driver_override`)).toBe("(null)\n");
  });

  test("bind says what is in the way", () => {
    const { write } = guest();
    expect(write(`${vfio}/bind`, edu)).toBe("ENODEV");
    write(`${path}/driver_override`, "vfio-pci");
    expect(write(`${vfio}/bind`, edu)).toBe(12);
    expect(write(`${vfio}/bind`, edu)).toBe("EBUSY");
    expect(write("/sys/bus/pci/drivers/uio_pci_generic/unbind", edu)).toBe("ENODEV");
    expect(write(`${path}/enable`, "1")).toBe("EBUSY");
  });

  test("a group that VFIO owns takes no driver that uses the DMA API", () => {
    const { machine, write } = guest();
    const holder = machine.process();
    openDevice(holder, "0000:02:01.0");
    const sibling = "0000:02:02.0";
    write(`/sys/bus/pci/devices/${sibling}/driver_override`, "uio_pci_generic");
    expect(write("/sys/bus/pci/drivers/uio_pci_generic/bind", sibling)).toBe("EBUSY");
    holder.shutdown();
    expect(write("/sys/bus/pci/drivers/uio_pci_generic/bind", sibling)).toBe(12);
  });
});

describe("unbind and remove wait for the users of a device", () => {
  test("unbind", async () => {
    const { machine, kernel } = guest();
    const holder = machine.process();
    openDevice(holder, edu);
    const unbind = kernel.sysfs.writeBlocking(`${vfio}/unbind`, edu);
    await new Promise((resolve) => setImmediate(resolve));
    expect(kernel.sysfs.list("/sys/class/vfio-dev")).toHaveLength(1);
    holder.shutdown();
    expect(await unbind).toBe(12);
    expect(kernel.sysfs.list("/sys/class/vfio-dev")).toHaveLength(0);
  });

  test("remove takes the function, its links and its group away", () => {
    const { kernel, write } = guest();
    bind(kernel, edu);
    expect(write(`${path}/remove`, "x")).toBe("EINVAL");
    expect(write(`${path}/remove`, "0")).toBe(1);
    expect(write(`${path}/remove`, "1")).toBe(1);
    expect(kernel.sysfs.kind(path)).toBeUndefined();
    expect(kernel.sysfs.kind("/sys/kernel/iommu_groups/5")).toBeUndefined();
    expect(kernel.sysfs.kind("/sys/class/vfio/5")).toBeUndefined();
  });

  test("a bridge goes with everything behind it", () => {
    const { kernel, write } = guest();
    expect(write("/sys/bus/pci/devices/0000:00:01.0/remove", "1")).toBe(1);
    const left = kernel.sysfs.list("/sys/bus/pci/devices");
    expect(left.filter((name) => /:0[12]:/.test(name))).toEqual([]);
    expect(kernel.sysfs.kind("/sys/class/pci_bus/0000:02")).toBeUndefined();
  });
});

describe("a kernel driver that is loaded later", () => {
  test("takes what it matches, shows a disk, and makes the group unfit for VFIO", () => {
    const { machine, kernel, write } = guest();
    loadPciDriver(machine, "nvme");
    const nvme = "/sys/bus/pci/devices/0000:03:00.0";
    expect(kernel.sysfs.readlink(`${nvme}/driver`)).toMatch(/drivers\/nvme$/);
    expect(kernel.sysfs.read("/sys/block/nvme0n1/size")).toBe("131072\n");
    expect(kernel.sysfs.list("/sys/class/nvme")).toEqual(["nvme0", "nvme1"]);
    write("/sys/bus/pci/drivers/nvme/unbind", "0000:03:00.0");
    expect(kernel.sysfs.kind("/sys/block/nvme0n1")).toBeUndefined();
    bind(kernel, "0000:03:00.0");
    expect(kernel.sysfs.readlink(`${nvme}/driver`)).toMatch(/vfio-pci$/);
  });

  test("its physical functions can have virtual ones", () => {
    const { machine, kernel, write } = guest();
    loadPciDriver(machine, "nvme");
    expect(write("/sys/bus/pci/devices/0000:05:00.0/sriov_numvfs", "2")).toBe(1);
    const vf = "/sys/bus/pci/devices/0000:05:00.2";
    expect(kernel.sysfs.readlink(`${vf}/driver`)).toMatch(/drivers\/nvme$/);
    expect(() => loadPciDriver(machine, "nothing" as never)).toThrow(RangeError);
  });
});
