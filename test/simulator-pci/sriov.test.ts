// Goal: virtual functions come and go through sysfs, with groups and the shared secret of their own
// (vectors 251; sysfs as seen on the guest).

import { describe, expect, test } from "vitest";
import type { Kernel } from "../../src/kernel.js";
import { guestFixtures } from "../../src/simulator/fixtures.js";
import { structs } from "../../src/uapi/index.js";
import { Vfio } from "../../src/uapi/requests.js";
import { bind, machineWith, openDevice, outcome, read, region } from "./fixture.js";

const pf = "0000:05:00.0";
const vf = "0000:05:00.1";
const path = `/sys/bus/pci/devices/${pf}`;
const token = "bd8d9d2b-5a5f-4f5a-a211-f591514ba1f3";

function guest() {
  const machine = machineWith(guestFixtures);
  const kernel = machine.process();
  const set = (value: string) => outcome(() => kernel.sysfs.write(`${path}/sriov_numvfs`, value));
  const allow = () => kernel.sysfs.write("/sys/module/vfio_pci/parameters/enable_sriov", "1");
  return { machine, kernel, set, allow };
}

/** DEVICE_FEATURE: SET PCI_VF_TOKEN. */
function setToken(kernel: Kernel, device: number, uuid: string) {
  const argument = structs.deviceFeature.encode({ flags: 0x20000 }, 16);
  argument.set(Buffer.from(uuid.replaceAll("-", ""), "hex"), 8);
  return outcome(() => kernel.ioctl(device, Vfio.DEVICE_FEATURE, argument));
}

function tryOpen(kernel: Kernel, name: string, suffix = "") {
  const link = kernel.sysfs.readlink(`/sys/bus/pci/devices/${name}/iommu_group`);
  const container = kernel.open("/dev/vfio/vfio", 2);
  const group = kernel.open(`/dev/vfio/${link.split("/").at(-1)}`, 2);
  kernel.ioctl(group, Vfio.GROUP_SET_CONTAINER, new Uint8Array(Int32Array.of(container).buffer));
  kernel.ioctl(container, Vfio.SET_IOMMU, 3);
  const device = outcome(() => kernel.ioctl(group, Vfio.GROUP_GET_DEVICE_FD, name + suffix));
  const close = () => {
    kernel.close(group);
    kernel.close(container);
  };
  return { device, close };
}

describe("sriov_numvfs", () => {
  test("needs a driver that allows it", () => {
    const { kernel, set, allow } = guest();
    expect([set("2"), set("x"), set("5"), set("0")]).toEqual(["ENOENT", "EINVAL", "ERANGE", 1]);
    bind(kernel, pf);
    expect(set("2")).toBe("ENOENT");
    allow();
    expect([set("2"), set("3"), set("2")]).toEqual([1, "EBUSY", 1]);
  });

  test("makes functions with directories, links and groups", () => {
    const { kernel, set, allow } = guest();
    bind(kernel, pf);
    allow();
    set("2");
    expect(kernel.sysfs.readlink(`${path}/virtfn1`)).toBe("../0000:05:00.2");
    const directory = `/sys/bus/pci/devices/${vf}`;
    expect(kernel.sysfs.readlink(`${directory}/physfn`)).toBe("../0000:05:00.0");
    expect(kernel.sysfs.read(`${directory}/driver_override`)).toBe("vfio-pci\n");
    expect(kernel.sysfs.readlink(`${directory}/iommu_group`)).toMatch(/\/13$/);
    expect(kernel.sysfs.kind(`${directory}/remove`)).toBeUndefined();
    expect(kernel.sysfs.readBytes(`${directory}/config`)[0]).toBe(0xff);
    expect(set("0")).toBe(1);
    expect(kernel.sysfs.kind(directory)).toBeUndefined();
    expect(kernel.sysfs.kind("/sys/kernel/iommu_groups/13")).toBeUndefined();
  });

  test("taking functions away waits for their users", async () => {
    const { machine, kernel, set, allow } = guest();
    const owner = machine.process();
    const { device } = openDevice(owner, pf);
    setToken(owner, device, token);
    allow();
    set("1");
    const user = machine.process();
    tryOpen(user, vf, ` vf_token=${token}`);
    const removal = kernel.sysfs.writeBlocking(`${path}/sriov_numvfs`, "0");
    await new Promise((resolve) => setImmediate(resolve));
    expect(kernel.sysfs.kind(`/sys/bus/pci/devices/${vf}`)).toBe("link");
    user.shutdown();
    expect(await removal).toBe(1);
    expect(kernel.sysfs.kind(`/sys/bus/pci/devices/${vf}`)).toBeUndefined();
  });
});

describe("the shared secret", () => {
  test("a virtual function is opened with the physical one's", () => {
    const { kernel, set, allow } = guest();
    const { device, group } = openDevice(kernel, pf);
    allow();
    expect(setToken(kernel, device, token)).toBe(0);
    set("1");
    const none = tryOpen(kernel, vf);
    expect(none.device).toBe("EACCES");
    none.close();
    const wrong = tryOpen(kernel, vf, " vf_token=00000000-0000-0000-0000-000000000000");
    expect(wrong.device).toBe("EACCES");
    wrong.close();
    const right = tryOpen(kernel, vf, ` vf_token=${token}`);
    expect(right.device).toBeTypeOf("number");
    expect(read(kernel, right.device as number, region(7), 4)).toBe("361b1000");
    const again = (suffix: string) =>
      outcome(() => kernel.ioctl(group, Vfio.GROUP_GET_DEVICE_FD, pf + suffix));
    expect(again("")).toBe("EACCES");
    expect(again(` vf_token=${token}`)).toBeTypeOf("number");
  });
});
