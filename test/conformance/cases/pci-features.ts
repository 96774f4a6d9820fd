import { Feature } from "../../../src/uapi/index.js";
import type { ConformanceCase } from "../case.js";
import { type Device, feature, featureWakeup, op, openPci } from "../fixtures/index.js";
import { type FieldValue, per } from "../trial/index.js";

const { LOW_POWER_ENTRY, LOW_POWER_ENTRY_WITH_WAKEUP, LOW_POWER_EXIT } = Feature;

function wakeup(device: Device, wakeup_eventfd: FieldValue) {
  const flags = LOW_POWER_ENTRY_WITH_WAKEUP | op.SET;
  return device.call("DEVICE_FEATURE", featureWakeup, { flags, wakeup_eventfd });
}

/** DEVICE_FEATURE on vfio-pci. */
export const pciFeatureCases: readonly ConformanceCase[] = [
  {
    name: "pci features: which there are",
    vectors: [182, 238, 247],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const { PCI_VF_TOKEN, MIGRATION, MIG_DEVICE_STATE, MIG_DATA_SIZE } = Feature;
      const { DMA_LOGGING_START, DMA_LOGGING_STOP, DMA_LOGGING_REPORT, BUS_MASTER } = Feature;
      const absent = [
        ...[PCI_VF_TOKEN, MIGRATION, MIG_DEVICE_STATE, MIG_DATA_SIZE],
        ...[DMA_LOGGING_START, DMA_LOGGING_STOP, DMA_LOGGING_REPORT, BUS_MASTER, 0xffff],
      ];
      for (const number of absent) feature(device, number | op.PROBE).is("ENOTTY");
      for (const number of [LOW_POWER_ENTRY, LOW_POWER_ENTRY_WITH_WAKEUP, LOW_POWER_EXIT]) {
        feature(device, number | op.PROBE).is(0);
        feature(device, number | op.PROBE | op.SET).is(0);
        feature(device, number | op.PROBE | op.GET).is("EINVAL");
        feature(device, number).is("EINVAL");
        feature(device, number | op.GET | op.SET).is("EINVAL");
      }
      feature(device, Feature.DMA_BUF | op.PROBE).is(per("ENOTTY", "ENOTTY", 0));
      feature(device, Feature.MIG_PRECOPY_INFOv2 | op.PROBE).is(per("ENOTTY", "ENOTTY", "EINVAL"));
      feature(device, Feature.MIG_PRECOPY_INFOv2 | op.SET).is(per("ENOTTY", "ENOTTY", "EINVAL"));
      device.ioctl("DEVICE_FEATURE", null).is("EFAULT");
      device.ioctl("DEVICE_FEATURE", new Uint8Array(7)).is("EFAULT");
      feature(device, op.PROBE, 0, 7).is("EINVAL");
    },
  },
  {
    name: "pci features: low power",
    vectors: [182],
    needs: ["edu"],
    run(t) {
      const { device, container } = openPci(t);
      feature(device, LOW_POWER_ENTRY | op.SET).is(0);
      feature(device, LOW_POWER_ENTRY | op.SET).is("EINVAL");
      device.pread(4, 0).is(4).holds(0, "ed000001");
      feature(device, LOW_POWER_EXIT | op.SET).is(0);
      feature(device, LOW_POWER_EXIT | op.SET).is(0);
      wakeup(device, container).is("EINVAL");
      feature(device, LOW_POWER_ENTRY_WITH_WAKEUP | op.SET, 4).is("EINVAL");
    },
  },
  {
    name: "pci features: low power with wake-up",
    vectors: [248],
    needs: ["edu"],
    run(t) {
      const { device, container } = openPci(t);
      const bar = device.mmap({ offset: 0, length: 0x1000 }, "BAR0");
      const e = t.eventfd("e");
      bar.read(0).is("0x10000ed");
      wakeup(device, -1).is("EINVAL");
      wakeup(device, 9999).is("EBADF");
      wakeup(device, container).is("EINVAL");
      wakeup(device, e).is(0);
      bar.read(0).is("EIO");
      feature(device, LOW_POWER_EXIT | op.SET).is(0);
      bar.read(0).is("0x10000ed");
    },
  },
  {
    name: "pci device names",
    vectors: [183],
    needs: ["edu"],
    run(t) {
      const { group, target, device } = openPci(t);
      device.close();
      const { name } = target;
      group.tryDevice(name).is(0);
      group.tryDevice(`${name} `).is(0);
      for (const wrong of [`${name}x`, name.slice(0, -2), name.slice(5), "", " "]) {
        group.tryDevice(wrong).is("ENODEV");
      }
      const token = "vf_token=0aa17f10-cafe-4bee-8001-000000000001";
      for (const option of ["foo=1", "foo", token, "vf_token=12", `${token} foo`]) {
        group.tryDevice(`${name} ${option}`).is("EINVAL");
      }
      group.tryDevice("0000:00:06.0").is("ENODEV");
    },
  },
];
