import type { ConformanceCase } from "../case.js";
import { CONFIG, Config, openPci, PciCap, word16 } from "../fixtures/index.js";

/** vfio-pci's virtual configuration space. */
export const pciConfigCases: readonly ConformanceCase[] = [
  {
    name: "config: edu at first sight",
    vectors: [153, 186],
    needs: ["edu"],
    run(t) {
      const config = new Config(openPci(t).device);
      config.reads(0x00, "3412e811 03011000 1000ff00");
      config.reads(0x0e, "00");
      config.reads(0x14, "00".repeat(0x2c - 0x14));
      config.reads(0x2c, "f41a0011 00000000 40000000 00000000");
      config.reads(0x3d, "010000 05008000");
    },
  },
  {
    name: "config: sizing BARs",
    vectors: [149],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const config = new Config(device);
      config.write(0x10, "ffffffff");
      config.reads(0x10, "0000f0ff");
      config.write(0x10, "78563412");
      config.reads(0x10, "00003012");
      device.pread(4, 0).is(4).holds(0, "ed000001");
      for (const offset of [0x14, 0x24, 0x30]) {
        config.write(offset, "ffffffff");
        config.reads(offset, "00000000");
      }
      device.pread(4, 0).is(4).holds(0, "ed000001");
    },
  },
  {
    name: "config: BARs by bytes and words",
    vectors: [150],
    needs: ["edu"],
    run(t) {
      const config = new Config(openPci(t).device);
      config.write(0x10, "00000000");
      config.write(0x10, "ff");
      config.reads(0x10, "00000000");
      config.write(0x11, "ff");
      config.write(0x12, "ffff");
      config.reads(0x10, "0000f0ff");
      config.write(0x10, "ffffffffffffffff");
      config.reads(0x10, "0000f0ff 00000000");
    },
  },
  {
    name: "config: read-only and raw fields",
    vectors: [151],
    needs: ["edu"],
    run(t) {
      const { device, group, target } = openPci(t);
      const config = new Config(device);
      config.write(0x00, "ffffffff");
      config.reads(0x00, "3412e811");
      config.write(0x08, "ffffffff");
      config.reads(0x08, "1000ff00");
      config.write(0x2c, "ffffffff");
      config.reads(0x2c, "f41a0011");
      config.write(0x34, "ff");
      config.reads(0x34, "40");
      config.write(0x0c, "ff");
      config.reads(0x0c, "ff");
      config.write(0x0c, "00");
      config.write(0x3c, "ff");
      config.reads(0x3c, "ff");
      config.write(0x3d, "02");
      config.reads(0x3d, "01");
      device.close();
      const again = new Config(group.device(target.name, "second open"));
      const line = new Uint8Array(1);
      t.kernel.pread(again.device.fd, line, CONFIG + 0x3c);
      t.check("interrupt line restored", line[0] !== 0xff, () => "it still reads ff");
    },
  },
  {
    name: "config: command and status",
    vectors: [152],
    needs: ["edu"],
    run(t) {
      const config = new Config(openPci(t).device);
      config.write(0x04, "ffff");
      config.reads(0x04, "0705 1000");
      config.write(0x04, "0000");
      config.reads(0x04, "0000 1000");
      config.write(0x04, "0600");
      config.write(0x05, "04");
      config.reads(0x04, "0604");
      config.write(0x06, "ffff");
      config.reads(0x06, "1000");
      config.write(0x04, "0301");
    },
  },
  {
    name: "config: unaligned reads",
    vectors: [153],
    needs: ["edu"],
    run(t) {
      const config = new Config(openPci(t).device);
      config.reads(1, "12e8");
      config.reads(3, "1103011000");
      config.reads(0x3f, "00050080");
      config.reads(0x35, "00".repeat(7));
    },
  },
  {
    name: "config: the MSI capability",
    vectors: [154],
    needs: ["edu"],
    run(t) {
      const config = new Config(openPci(t).device);
      config.reads(0x42, "8000");
      config.write(0x42, "ffff");
      config.reads(0x42, "8e00");
      config.write(0x42, "0000");
      config.reads(0x42, "0000");
      config.write(0x44, "78563412 efcdab89 5aa5");
      config.reads(0x44, "78563412 efcdab89 5aa5");
      config.write(0x40, "ffff");
      config.reads(0x40, "0500");
    },
  },
  {
    name: "config: bytes that belong to no capability",
    vectors: [154, 155],
    needs: ["edu"],
    run(t) {
      const { device, group, target } = openPci(t);
      const config = new Config(device);
      for (const offset of [0x50, 0xfc]) {
        config.write(offset, "12345678");
        config.reads(offset, "12345678");
      }
      device.close();
      const again = new Config(group.device(target.name, "second open"));
      for (const offset of [0x50, 0xfc]) {
        again.reads(offset, "12345678");
        again.write(offset, "00000000");
      }
    },
  },
  {
    name: "config: nvme's power states",
    vectors: [156],
    needs: ["nvme"],
    run(t) {
      const { device } = openPci(t, "nvme");
      const config = new Config(device);
      const control = config.capability(PciCap.PM) + 4;
      const bar = device.mmap({ offset: 0, length: 0x1000 }, "BAR0");
      config.write(control, "0300");
      config.reads(control, "0b");
      device.pread(4, 0).is("EIO");
      bar.read(0x08).is("EIO");
      config.write(control, "0000");
      device.pread(4, 0).is(4);
      t.check("BAR0 mapped", bar.read(0x08).value !== "EIO", () => "still off");
    },
  },
  {
    name: "config: nvme's MSI-X and PCI Express capabilities",
    vectors: [156],
    needs: ["nvme"],
    run(t) {
      const { device } = openPci(t, "nvme");
      const config = new Config(device);
      const msix = config.capability(PciCap.MSIX);
      const e = t.eventfd("e");
      config.reads(msix + 2, "4000");
      config.write(msix + 2, "00c0");
      config.reads(msix + 2, "4000");
      device.irq("E|T", 2, 0, 1, e).is(0);
      config.reads(msix + 2, "4080");
      config.write(msix + 2, "0000");
      config.reads(msix + 2, "4080");
      device.irq("N|T", 2, 0, 0).is(0);
      config.reads(msix + 2, "4000");
      const control = config.capability(PciCap.EXP) + 8;
      const before = device.pread(2, CONFIG + control).bytes;
      const value = (before[0] ?? 0) | ((before[1] ?? 0) << 8);
      device.pwrite(word16(value | 0x8000), CONFIG + control).is(2);
      const after = device.pread(2, CONFIG + control).bytes;
      t.equal("FLR bit", (after[1] ?? 0) & 0x80, 0);
      device.pread(4, 0).is(4);
    },
  },
];
