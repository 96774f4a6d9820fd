// Goal: what sysfs shows of PCI devices and IOMMU groups comes out typed, whole and of this moment.

import { describe, expect, it } from "vitest";
import { SimulatedMachine } from "../../src/simulator/index.js";
import {
  blockers,
  findDevice,
  iommuGroup,
  iommuGroups,
  memberRole,
  pciDevice,
  pciDevices,
} from "../../src/sysfs/index.js";
import { bindTo, guestMachine } from "./machine.js";

const edu = "0000:00:05.0";

describe("a PCI device", () => {
  it("is shown with all that identifies it", () => {
    const kernel = guestMachine().process();
    expect(pciDevice(kernel, edu)).toEqual({
      kind: "pci",
      name: edu,
      path: `/sys/devices/pci0000:00/${edu}`,
      vendor: 0x1234,
      device: 0x11e8,
      subsystemVendor: 0x1af4,
      subsystemDevice: 0x1100,
      class: 0x00ff00,
      revision: 0x10,
      driver: undefined,
      driverOverride: undefined,
      group: 5,
      vfio: false,
    });
  });

  it("shows its driver and its override as they are now", () => {
    const machine = guestMachine();
    const kernel = machine.process();
    kernel.sysfs.write(`/sys/bus/pci/devices/${edu}/driver_override`, "vfio-pci\n");
    expect(pciDevice(kernel, edu)).toMatchObject({ driverOverride: "vfio-pci", vfio: false });
    kernel.sysfs.write("/sys/bus/pci/drivers_probe", edu);
    expect(pciDevice(kernel, edu)).toMatchObject({ driver: "vfio-pci", vfio: true });
  });

  it("is ENOENT where there is none", () => {
    const kernel = guestMachine().process();
    expect(() => pciDevice(kernel, "0000:0f:00.0")).toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
  });

  it("is one of many, by address", () => {
    const names = pciDevices(guestMachine().process()).map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(names).toContain("0000:02:01.0");
  });
});

describe("finding what somebody means", () => {
  const path = `/sys/devices/pci0000:00/${edu}`;

  it.each([
    edu,
    "00:05.0",
    "0000:00:05.0".toUpperCase(),
    path,
    `${path}/`,
    `/sys/bus/pci/devices/${edu}`,
  ])("%s is the edu device", (text) => {
    expect(findDevice(guestMachine().process(), text)).toMatchObject({ kind: "pci", name: edu });
  });

  it.each(["", "edu", "5", "/dev/vfio/5", "../../etc/passwd", "00:05"])(
    "'%s' is a TypeError before anything is asked",
    (text) => {
      expect(() => findDevice(guestMachine().process(), text)).toThrow(TypeError);
    },
  );

  it("names what is alike when it is not there", () => {
    const kernel = guestMachine().process();
    expect(() => findDevice(kernel, "00:05.1")).toThrow(
      expect.objectContaining({
        code: "ENODEV",
        hint: expect.stringMatching(/no device 00:05.1 here. Did you mean 0000:00:05.0/),
      }),
    );
  });

  it("says so when nothing is there at all", () => {
    const kernel = new SimulatedMachine().process();
    expect(() => findDevice(kernel, "00:05.0")).toThrow(/No PCI and no mediated device is here/);
  });
});

describe("an IOMMU group", () => {
  it("has its members, its type, what is reserved, and no node until VFIO has a member", () => {
    const machine = guestMachine();
    const kernel = machine.process();
    expect(iommuGroup(kernel, 5)).toMatchObject({
      id: 5,
      type: "DMA",
      name: undefined,
      members: [{ name: edu }],
      reserved: [{ start: 0xfee0_0000n, end: 0xfeef_ffffn, type: "msi" }],
      node: undefined,
    });
    bindTo(machine, edu, "vfio-pci");
    expect(iommuGroup(kernel, 5).node).toBe("/dev/vfio/5");
  });

  it("is one of many, by number", () => {
    const ids = iommuGroups(guestMachine().process()).map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, at) => at));
    expect(iommuGroups(new SimulatedMachine().process())).toEqual([]);
  });

  it("is blocked by those whom the kernel uses, and by nobody else", () => {
    const machine = guestMachine();
    const kernel = machine.process();
    const group = pciDevice(kernel, "0000:02:01.0").group!;
    expect(blockers(iommuGroup(kernel, group))).toEqual([]);
    bindTo(machine, "0000:02:01.0", "vfio-pci");
    bindTo(machine, "0000:02:02.0", "uio_pci_generic");
    const now = iommuGroup(kernel, group);
    expect(now.members.map(memberRole)).toEqual(["bridge", "vfio", "blocking"]);
    expect(blockers(now).map(({ name }) => name)).toEqual(["0000:02:02.0"]);
    expect(memberRole(pciDevice(kernel, "0000:00:01.0"))).toBe("bridge");
  });
});
