import { structs } from "../../../src/uapi/index.js";
import type { ConformanceCase } from "../case.js";
import {
  addresses,
  attached,
  type Device,
  emulated,
  hotReset,
  hotResetInfo,
  openGroup,
  openPci,
  pci,
  unbindPci,
  withDevice,
} from "../fixtures/index.js";
import { FILL, per, type Trial } from "../trial/index.js";

/** Both devices behind the bridge bound to vfio-pci, the first open. */
function bridge(t: Trial) {
  pci(t, "bridgeB");
  return withDevice(attached(t, pci(t, "bridgeA")));
}

/** The two devices behind the bridge, as HOT_RESET_INFO tells them. */
function hasBoth(device: Device, group: number): void {
  const info = hotResetInfo(device, 256, [12, 20]).is(0).has({ flags: 0, count: 2 });
  const number = Buffer.from(Uint32Array.of(group).buffer).toString("hex");
  info.holds(12, `${number} 0000 02 08 ${number} 0000 02 10 a5`);
}

/** DEVICE_RESET and hot reset. */
export const pciResetCases: readonly ConformanceCase[] = [
  {
    name: "reset: edu on the root bus",
    vectors: [178],
    needs: ["edu"],
    run(t) {
      const { device, group } = openPci(t);
      device.reset().is("EINVAL");
      hotResetInfo(device, 11).is("EINVAL").untouched();
      hotResetInfo(device, 12).is("ENODEV").untouched();
      hotResetInfo(device, 256).is("ENODEV").untouched();
      hotReset(device, [group]).is("ENODEV");
      hotReset(device, []).is(per("ENODEV", "EINVAL"));
      device.ioctl("DEVICE_GET_PCI_HOT_RESET_INFO", null).is("EFAULT");
      device.ioctl("DEVICE_PCI_HOT_RESET", null).is("EFAULT");
    },
  },
  {
    name: "reset: what a hot reset behind the bridge reaches",
    vectors: [179],
    needs: ["bridge"],
    run(t) {
      const { device, target } = bridge(t);
      for (let argsz = 0; argsz < 28; argsz += 1) {
        const info = hotResetInfo(device, argsz);
        info.is(argsz < 12 ? "EINVAL" : "ENOSPC");
        if (argsz >= 12) info.has({ count: 2, flags: 0 }).holds(12, "a5a5a5a5");
      }
      hotResetInfo(device, 28, [12, 20]).is(0).has({ count: 2 });
      hasBoth(device, target.group);
    },
  },
  {
    name: "reset: hot reset of the bridge's bus",
    vectors: [179],
    needs: ["bridge", "edu", "mtty"],
    run(t) {
      const { device, group, container } = bridge(t);
      const other = openGroup(t, pci(t, "edu"));
      const emulatedGroup = emulated(t).group;
      hotReset(device, [group]).is(0);
      hotReset(device, []).is("EINVAL");
      hotReset(device, [group, group, group]).is("EINVAL");
      hotReset(device, [999]).is("EBADF");
      hotReset(device, [container]).is("EINVAL");
      hotReset(device, [group], { flags: 1 }).is("EINVAL");
      hotReset(device, [group], { argsz: 11 }).is("EINVAL");
      hotReset(device, [group], { argsz: 12 }).is(0);
      hotReset(device, [other]).is("EINVAL");
      hotReset(device, [emulatedGroup]).is("EINVAL");
      hotReset(device, [group, emulatedGroup]).is(0);
      const { pciHotReset } = structs;
      device.call("DEVICE_PCI_HOT_RESET", pciHotReset, { count: 1 }, { fill: FILL }).is("EINVAL");
      device.call("DEVICE_PCI_HOT_RESET", pciHotReset, { flags: 0, count: 1 }).is("EFAULT");
      device.pread(4, 0).is(4).holds(0, "ed000001");
    },
  },
  {
    name: "reset: a hot reset wants every device bound",
    vectors: [245],
    needs: ["bridge"],
    run(t) {
      const { device, group, target } = openPci(t, "bridgeA");
      hasBoth(device, target.group);
      hotReset(device, [group]).is("EINVAL");
      pci(t, "bridgeB");
      hotReset(device, [group]).is(0);
      unbindPci(t, addresses.bridgeB);
      hotReset(device, [group]).is("EINVAL");
    },
  },
];
