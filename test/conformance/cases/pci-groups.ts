import type { ConformanceCase } from "../case.js";
import {
  addresses,
  groupNode,
  hardware,
  openContainer,
  openGroup,
  openPci,
  pci,
  pciPath,
  unbindPci,
} from "../fixtures/index.js";
import { per } from "../trial/index.js";

const { bridgeB, edu } = addresses;
const uio = "/sys/bus/pci/drivers/uio_pci_generic";

/** IOMMU groups of PCI devices: viability, their sysfs, their nodes. */
export const pciGroupCases: readonly ConformanceCase[] = [
  {
    name: "pci group: not viable with a sibling of another driver",
    vectors: [28],
    needs: ["bridge", "uio"],
    run(t) {
      const target = pci(t, "bridgeA");
      t.defer(() => unbindPci(t, bridgeB));
      t.kernel.sysfs.write(`${pciPath(bridgeB)}/driver_override`, "uio_pci_generic");
      t.sysfs.write(`${uio}/bind`, bridgeB).is(12);
      const group = openGroup(t, target);
      const container = openContainer(t);
      group.status().is(0).has({ flags: 0 });
      group.setContainer(container).is("EPERM");
      t.sysfs.write(`${uio}/unbind`, bridgeB).is(12);
      group.status().is(0).has({ flags: 1 });
      group.setContainer(container).is(0);
      t.sysfs.write(`${uio}/bind`, bridgeB).is("EBUSY");
      container.setIommu(3).is(0);
      group.tryDevice(bridgeB).is("ENODEV");
      group.tryDevice(target.name).is(0);
    },
  },
  {
    name: "pci group: sysfs",
    vectors: [267, 272],
    needs: ["edu"],
    run(t) {
      const target = pci(t, "edu");
      const path = `/sys/kernel/iommu_groups/${target.group}`;
      t.step("list devices of the group", {}, () =>
        t.kernel.sysfs.list(`${path}/devices`).join(" "),
      ).is(edu);
      t.sysfs.kind(`${path}/name`, "group name").is("nothing");
      const reserved = "0x00000000fee00000 0x00000000feefffff msi\n";
      t.sysfs.read(`${path}/reserved_regions`, "group reserved_regions").is(reserved);
      t.sysfs.read(`${path}/type`, "group type").is("DMA\n");
      const write = (text: string) => t.sysfs.write(`${path}/type`, text, "group type");
      write("bogus").is("EINVAL");
      const group = openGroup(t, target);
      group.setContainer(openContainer(t)).is(0);
      write("identity").is(per("EBUSY", "EPERM"));
      write("bogus").is("EINVAL");
    },
  },
  {
    name: "pci group: another domain type while bound",
    vectors: [267],
    needs: ["edu"],
    run(t) {
      const target = pci(t, "edu");
      const path = `/sys/kernel/iommu_groups/${target.group}/type`;
      t.defer(() => {
        unbindPci(t, edu);
        t.kernel.sysfs.write(path, "DMA");
      });
      t.sysfs.write(path, "identity", "group type").is(per("EBUSY", 8));
      t.sysfs.read(path, "group type").is(per("DMA\n", "identity\n"));
    },
  },
  {
    name: "pci group: the device's files while bound",
    vectors: [268, 272],
    needs: ["edu"],
    run(t) {
      pci(t, "edu");
      t.sysfs.write(`${pciPath(edu)}/enable`, "1").is("EBUSY");
      t.sysfs.write(`${pciPath(edu)}/reset`, "1").is("ENOENT");
      t.sysfs.write(`${pciPath(edu)}/remove`, "0").is(1);
      t.sysfs.kind(pciPath(edu)).is("link");
    },
  },
  {
    name: "pci group: configuration and resources in sysfs while open",
    vectors: [272],
    needs: ["edu"],
    run(t) {
      openPci(t);
      t.sysfs.readHex(`${pciPath(edu)}/config`, 8).is("3412e81103011000");
      const resource = t.open(`${pciPath(edu)}/resource0`, "resource0");
      resource.tryMmap({ offset: 0, length: 0x1000 }).is(per(0, 0, "EINVAL"));
    },
  },
  {
    name: "pci group: nodes",
    vectors: [273],
    needs: ["edu"],
    run(t) {
      const { target } = hardware(t);
      const container = t.kernel.system.stat("/dev/vfio/vfio");
      t.equal("container mode", container?.mode ?? -1, 0o666);
      t.equal("container device", `${container?.major}:${container?.minor}`, "10:196");
      const group = t.kernel.system.stat(groupNode(target));
      t.equal("group mode", group?.mode ?? -1, 0o600);
      t.equal("group kind", group?.kind ?? "nothing", "character");
      t.sysfs.kind(`/sys/class/vfio/${target.group}`, "class link").is("link");
    },
  },
  {
    name: "pci group: what /proc tells of a device's file",
    vectors: [274],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const text = t.kernel.system.readText(`/proc/self/fdinfo/${device.fd}`) ?? "";
      const line = text.split("\n").find((found) => found.startsWith("vfio-device-syspath"));
      const path = `vfio-device-syspath: /sys/devices/pci0000:00/${edu}`;
      t.equal("fdinfo", line ?? "nothing", per("nothing", "nothing", path));
    },
  },
  {
    name: "pci unbind: waits for an open device and asks for it",
    vectors: [188],
    needs: ["edu"],
    async run(t) {
      const { device, group, target } = openPci(t);
      const e = t.eventfd("e");
      device.irq("E|T", 4, 0, 1, e).is(0);
      const unbind = t.sysfs.begin("/sys/bus/pci/drivers/vfio-pci/unbind", edu, "unbind");
      await e.arrives(1, 30_000);
      unbind.waits();
      device.info().is(0).has({ flags: 2 });
      group.tryDevice(target.name).is(per(0, "ENODEV"));
      await e.arrives(1, 20_000);
      unbind.waits();
      device.close();
      await unbind.returns(12);
      group.status().is("ENODEV");
      group.unsetContainer().is("EINVAL");
      t.tryOpen(groupNode(target), "group node").is("ENOENT");
    },
  },
];
