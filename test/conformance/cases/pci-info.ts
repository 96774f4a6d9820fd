import type { ConformanceCase } from "../case.js";
import { openPci, regionOffset } from "../fixtures/index.js";
import { FILL, per } from "../trial/index.js";

const ECHOED = FILL * 0x01010101;

/** What vfio-pci says of devices, regions and interrupts. */
export const pciInfoCases: readonly ConformanceCase[] = [
  {
    name: "pci info: edu on the root bus",
    vectors: [141, 247],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      device.info(16).is(0).has({ flags: 2, num_regions: 9, num_irqs: 5, cap_offset: ECHOED });
      device.info(20).is(0).has({ flags: 2, cap_offset: 0 });
      device.info(24).is(0).holds(20, per("a5a5a5a5", "00000000"));
      for (let argsz = 0; argsz < 36; argsz += 1) {
        const info = device.info(argsz).is(argsz < 16 ? "EINVAL" : 0);
        if (argsz < 16) info.untouched();
      }
      device.ioctl("DEVICE_GET_INFO", null).is("EFAULT");
      device.ioctl("DEVICE_GET_INFO", new Uint8Array(15)).is("EFAULT");
    },
  },
  {
    name: "pci info: edu alone behind a root port can be reset",
    vectors: [141, 178],
    needs: ["alone"],
    run(t) {
      const { device } = openPci(t, "alone");
      device.info().is(0).has({ flags: 3, num_regions: 9, num_irqs: 5 });
      device.reset().is(0);
    },
  },
  {
    name: "pci info: two edus behind one bridge cannot",
    vectors: [141],
    needs: ["bridge"],
    run(t) {
      const { device } = openPci(t, "bridgeA");
      device.info().is(0).has({ flags: 2, num_regions: 9, num_irqs: 5 });
      device.reset().is("EINVAL");
    },
  },
  {
    name: "pci info: regions of edu",
    vectors: [142, 247],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const region = (index: number, flags: number, size: bigint) =>
        device
          .region(index)
          .is(0)
          .has({ flags, size, cap_offset: ECHOED, offset: BigInt(regionOffset(index)) });
      region(0, 7, 0x100000n);
      for (const index of [1, 2, 3, 4, 5, 6]) region(index, 0, 0n);
      region(7, 3, 0x100n);
      for (const index of [8, 9, 10, 0xffffffff]) device.region(index).is("EINVAL").untouched();
      for (let argsz = 0; argsz <= 48; argsz += 1) {
        device.region(0, argsz).is(argsz < 32 ? "EINVAL" : 0);
      }
      device.ioctl("DEVICE_GET_REGION_INFO", null).is("EFAULT");
      device.ioctl("DEVICE_GET_REGION_INFO", new Uint8Array(31)).is("EFAULT");
    },
  },
  {
    name: "pci info: interrupts of edu",
    vectors: [143, 247],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      device.irqInfo(0).is(0).has({ flags: 7, count: 1 });
      device.irqInfo(1).is(0).has({ flags: 9, count: 1 });
      device.irqInfo(2).is(0).has({ flags: 9, count: 0 });
      device.irqInfo(3).is("EINVAL").untouched();
      device.irqInfo(4).is(0).has({ flags: 9, count: 1 });
      device.irqInfo(5).is("EINVAL").untouched();
      device.irqInfo(0xffffffff).is("EINVAL").untouched();
      for (let argsz = 0; argsz <= 32; argsz += 1) {
        device.irqInfo(0, argsz).is(argsz < 16 ? "EINVAL" : 0);
      }
      device.ioctl("DEVICE_GET_IRQ_INFO", null).is("EFAULT");
      device.ioctl("DEVICE_GET_IRQ_INFO", new Uint8Array(15)).is("EFAULT");
    },
  },
  {
    name: "pci info: nvme",
    vectors: [141, 142, 143],
    needs: ["nvme"],
    run(t) {
      const { device } = openPci(t, "nvme");
      device.info().is(0).has({ flags: 3, num_regions: 9, num_irqs: 5, cap_offset: 0 });
      device.region(0, 32).is(0).has({ flags: 0xf, size: 0x4000n, argsz: 40, cap_offset: 0 });
      for (let argsz = 33; argsz < 40; argsz += 1) {
        device.region(0, argsz).is(0).has({ flags: 0xf, argsz: 40, cap_offset: 0 });
      }
      const whole = device.region(0, 40).is(0).has({ flags: 0xf, argsz: 40, cap_offset: 32 });
      whole.holds(32, "0300 0100 00000000 a5");
      device.region(1).is(0).has({ flags: 0, size: 0n });
      device.region(7).is(0).has({ flags: 3, size: 0x1000n });
      device.region(8).is("EINVAL");
      device.irqInfo(0).is(0).has({ flags: 7, count: 1 });
      device.irqInfo(1).is(0).has({ flags: 9, count: 0 });
      device
        .irqInfo(2)
        .is(0)
        .has({ flags: per(9, 1), count: 65 });
      device.irqInfo(3).is(0).has({ flags: 9, count: 1 });
      device.irqInfo(4).is(0).has({ flags: 9, count: 1 });
      device.reset().is(0);
    },
  },
  {
    name: "pci info: calls that vfio-pci does not have",
    vectors: [184, 247],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      device.ioctl("DEVICE_BIND_IOMMUFD", null).is("ENOTTY");
      device.ioctl("DEVICE_ATTACH_IOMMUFD_PT", null).is("ENOTTY");
      device.ioctl("DEVICE_DETACH_IOMMUFD_PT", null).is("ENOTTY");
      device.ioctl("DEVICE_QUERY_GFX_PLANE", null).is("ENOTTY");
      device.ioctl("DEVICE_GET_GFX_DMABUF", null).is("ENOTTY");
      device.ioctl("GROUP_GET_STATUS", null).is("ENOTTY");
      device.ioctl("GET_API_VERSION").is("ENOTTY");
      device.ioctl(0x3b00 + 250, null).is("ENOTTY");
    },
  },
];
