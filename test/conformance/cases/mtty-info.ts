import type { ConformanceCase } from "../case.js";
import { CONFIG, emulated, openMdev, regionOffset } from "../fixtures/index.js";
import { FILL, per } from "../trial/index.js";

const ECHOED = FILL * 0x01010101;

/** What an mtty device says of itself, its regions and its configuration space. */
export const mttyInfoCases: readonly ConformanceCase[] = [
  {
    name: "mtty: interrupts only after the first GET_INFO",
    vectors: [92],
    needs: ["mtty"],
    run(t) {
      const { target, group } = emulated(t, "T2");
      const e = t.eventfd("e");
      const device = group.device(target.name, "first open");
      device.irqInfo(0).is("EINVAL").untouched();
      device.irq("E|T", 0, 0, 1, e).is("EINVAL");
      device.info().is(0);
      device.irqInfo(0).is(0).has({ flags: 7, count: 1 });
      device.irq("E|T", 0, 0, 1, e).is(0);
      device.close();
      const again = group.device(target.name, "second open");
      again.irqInfo(0).is(0).has({ flags: 7, count: 1 });
    },
  },
  {
    name: "mtty: device info",
    vectors: [93, 247],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      const info = { flags: 2, num_regions: 9, num_irqs: 5, cap_offset: ECHOED };
      device.info(16).is(0).has(info);
      device.info(20).is(0).has(info);
      device.info(64).is(0).has(info);
      for (let argsz = 0; argsz < 16; argsz += 1) device.info(argsz).is("EINVAL").untouched();
      device.ioctl("DEVICE_GET_INFO", null).is("EFAULT");
      device.ioctl("DEVICE_GET_INFO", new Uint8Array(15)).is("EFAULT");
    },
  },
  {
    name: "mtty: regions",
    vectors: [94, 247],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      const sizes = [8, 8, 0, 0, 0, 0, 0, 0xff, 0];
      for (const [index, size] of sizes.entries()) {
        device
          .region(index)
          .is(0)
          .has({ flags: 3, size: BigInt(size), cap_offset: ECHOED })
          .has({ offset: BigInt(regionOffset(index)) });
      }
      device.region(9).is("EINVAL").untouched();
      device.region(0xffffffff).is("EINVAL").untouched();
      for (let argsz = 0; argsz < 32; argsz += 1) device.region(0, argsz).is("EINVAL").untouched();
      device.region(0, 48).is(0).has({ argsz: 48 });
      device.ioctl("DEVICE_GET_REGION_INFO", null).is("EFAULT");
      device.ioctl("DEVICE_GET_REGION_INFO", new Uint8Array(31)).is("EFAULT");
    },
  },
  {
    name: "mtty: regions of a single port",
    vectors: [94],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T1");
      device.region(0).is(0).has({ flags: 3, size: 8n });
      device.region(1).is(0).has({ flags: 3, size: 0n });
      device.region(7).is(0).has({ flags: 3, size: 0xffn });
    },
  },
  {
    name: "mtty: interrupt indices",
    vectors: [95, 247],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      device.info().is(0);
      device.irqInfo(0).is(0).has({ flags: 7, count: 1 });
      device.irqInfo(1).is(0).has({ flags: 9, count: 1 });
      device.irqInfo(2).is("EINVAL").untouched();
      device.irqInfo(3).is("EINVAL").untouched();
      const req = device.irqInfo(4).is(per(0, "EINVAL"));
      if (t.version === "6.1") req.has({ flags: 9, count: 1 });
      device.irqInfo(5).is("EINVAL").untouched();
      device.irqInfo(0xffffffff).is("EINVAL").untouched();
      for (let argsz = 0; argsz < 16; argsz += 1) device.irqInfo(0, argsz).is("EINVAL");
      device.ioctl("DEVICE_GET_IRQ_INFO", null).is("EFAULT");
      device.ioctl("DEVICE_GET_IRQ_INFO", new Uint8Array(15)).is("EFAULT");
    },
  },
  {
    name: "mtty: configuration space",
    vectors: [96],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      const config = device.pread(252, CONFIG).is(252);
      config.holds(0x00, "48435332 01000002 10020007 00000000");
      config.holds(0x10, "01000000 01000000 00000000 00000000 00000000 00000000");
      config.holds(0x28, "00000000 48435332 00000000 00000000 00000000 00010000");
      config.holds(0x40, "23000080 23000000 23000000 23000000");
      config.holds(0x50, "00".repeat(16));
      const name = Buffer.from("PCI Serial/UART").toString("hex");
      config.holds(0x60, name);
      config.holds(0x6f, "00".repeat(252 - 0x6f));
    },
  },
  {
    name: "mtty: what cannot be read, written or mapped",
    vectors: [97, 250],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      for (const index of [6, 8, 9]) {
        device.pread(4, regionOffset(index)).is("EFAULT");
        device.pwrite(new Uint8Array(4), regionOffset(index)).is("EFAULT");
      }
      device.pread(0, regionOffset(9)).is(0);
      device.pread(0, 0).is(0);
      device.tryMmap({ offset: 0, length: 0x1000 }).is("EINVAL");
    },
  },
  {
    name: "mtty: writes to configuration space",
    vectors: [98],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      const bytes = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);
      const write = (offset: number, value: number) =>
        device.pwrite(bytes(value), CONFIG + offset).is(4);
      const reads = (offset: number, digits: string) =>
        device.pread(4, CONFIG + offset).holds(0, digits);
      write(0x10, 0xffffffff);
      reads(0x10, "f9ffffff");
      write(0x14, 0xffffffff);
      reads(0x14, "f9ffffff");
      write(0x18, 0xffffffff);
      reads(0x18, "00000000");
      write(0x10, 0xc150);
      reads(0x10, "51c10000");
      write(0x04, 0xffffffff);
      reads(0x04, "01000002");
      write(0x00, 0);
      reads(0x00, "48435332");
      device.pwrite(Uint8Array.of(0x0b), CONFIG + 0x3c).is(1);
      device.pwrite(Uint8Array.of(0x77), CONFIG + 0x3d).is(1);
      reads(0x3c, "0b010000");
      write(0x10010, 0xd150);
      reads(0x10, "51d10000");
    },
  },
  {
    name: "mtty: the second BAR of a single port",
    vectors: [98],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T1");
      device.pread(4, CONFIG + 0x14).holds(0, "00000000");
      device.pwrite(new Uint8Array(4).fill(0xff), CONFIG + 0x14).is(4);
      device.pread(4, CONFIG + 0x14).holds(0, "00000000");
    },
  },
  {
    name: "mtty: other calls",
    vectors: [114, 140],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T1");
      device.ioctl("DEVICE_QUERY_GFX_PLANE", null).is("ENOTTY");
      device.ioctl("DEVICE_GET_GFX_DMABUF", null).is("ENOTTY");
      device.ioctl("DEVICE_GET_PCI_HOT_RESET_INFO", null).is("ENOTTY");
      device.ioctl("DEVICE_PCI_HOT_RESET", null).is("ENOTTY");
      device.ioctl("DEVICE_IOEVENTFD", null).is("ENOTTY");
      device.ioctl("DEVICE_BIND_IOMMUFD", null).is("ENOTTY");
      device.ioctl("GROUP_GET_STATUS", null).is("ENOTTY");
      device.ioctl(0x3b00 + 250, null).is("ENOTTY");
      device.reset().is(0);
    },
  },
];
