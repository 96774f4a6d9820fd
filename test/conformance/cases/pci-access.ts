import type { ConformanceCase } from "../case.js";
import { CONFIG, openPci, regionOffset, word16, word32 } from "../fixtures/index.js";
import { per } from "../trial/index.js";

const SIZE = 0x100000;
const COMMAND = CONFIG + 0x04;

/** Reading, writing and mapping regions of vfio-pci. */
export const pciAccessCases: readonly ConformanceCase[] = [
  {
    name: "pci access: the end of configuration space",
    vectors: [144],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      device.pread(4, CONFIG + 252).is(4);
      device.pread(4, CONFIG + 253).is("EFAULT");
      device.pread(1, CONFIG + 256).is("EFAULT");
      device.pread(257, CONFIG).is("EFAULT");
      device.pwrite(new Uint8Array(4), CONFIG + 254).is("EFAULT");
      device.pread(0, CONFIG).is(0);
      device.pread(0, CONFIG + 1000).is(0);
      device.pwrite(new Uint8Array(0), CONFIG + 1000).is(0);
    },
  },
  {
    name: "pci access: the end of extended configuration space",
    vectors: [144],
    needs: ["nvme"],
    run(t) {
      const { device } = openPci(t, "nvme");
      const whole = new Uint8Array(4096);
      t.equal("pread 4096", t.kernel.pread(device.fd, whole, CONFIG), 4096);
      device.pread(4097, CONFIG).is("EFAULT");
      device.pread(4, CONFIG + 4094).is("EFAULT");
    },
  },
  {
    name: "pci access: regions that are not there",
    vectors: [145],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const zero = new Uint8Array(4);
      for (const index of [1, 5, 6, 8, 9, 100]) {
        device.pread(4, regionOffset(index)).is("EINVAL");
        device.pwrite(zero, regionOffset(index)).is("EINVAL");
        device.pread(0, regionOffset(index)).is(0);
      }
      device.pread(4, SIZE).is("EINVAL");
      device.pwrite(zero, SIZE).is("EINVAL");
      device.pread(4, SIZE - 2).is(2);
      device.pwrite(zero, SIZE - 2).is(2);
    },
  },
  {
    name: "pci access: past the end of a BAR is shortened",
    vectors: [246],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      device.pread(300, SIZE - 8).is(8);
      device.pwrite(new Uint8Array(300), SIZE - 8).is(8);
    },
  },
  {
    name: "pci access: memory decode off",
    vectors: [146],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const before = device.mmap({ offset: 0, length: 0x1000 }, "mapped before");
      before.read(0).is("0x10000ed");
      device.pwrite(word16(0), COMMAND).is(2);
      device.pread(4, 0).is("EIO");
      device.pwrite(word32(0), 4).is("EIO");
      before.read(0).is("EIO");
      before.write(4, 0).is("EIO");
      const during = device.mmap({ offset: 0, length: 0x1000 }, "mapped meanwhile");
      during.read(0).is("EIO");
      device.pwrite(word16(2), COMMAND).is(2);
      before.read(0).is("0x10000ed");
      during.read(0).is("0x10000ed");
      device.pread(4, 0).is(4).holds(0, "ed000001");
    },
  },
  {
    name: "pci access: widths",
    vectors: [147],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      device.pread(4, 0).is(4).holds(0, "ed000001");
      device.pwrite(word32(0x12345678), 4).is(4);
      device.pread(4, 4).is(4).holds(0, "87a9cbed");
      device.pread(8, 0).is(8).holds(0, per("ed00000187a9cbed", "ffffffffffffffff"));
      device.pread(1, 0).is(1).holds(0, "00");
      device.pread(2, 0).is(2).holds(0, "0000");
      device.pread(2, 2).is(2).holds(0, "0000");
      device.pread(3, 1).is(3).holds(0, "000000");
      device.pread(4, 0x40).is(4).holds(0, "ffffffff");
      device.pread(4, 0xa0).is(4).holds(0, "ffffffff");
      device.pwrite(Uint8Array.of(0x55), 4).is(1);
      device.pread(4, 4).is(4).holds(0, "87a9cbed");
    },
  },
  {
    name: "pci access: unaligned accesses are cut",
    vectors: [147],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      device.pwrite(word32(0), 4).is(4);
      device.pread(6, 2).is(6).holds(0, "0000ffffffff");
      device.pread(7, 1).is(7).holds(0, "000000ffffffff");
      device.pread(9, 3).is(9).holds(0, per("00ffffffff", "00ffffffff"));
      device.pread(16, 0xa4).is(16).holds(0, "ff".repeat(16));
    },
  },
  {
    name: "pci access: mappings",
    vectors: [148],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      device.tryMmap({ offset: 0, length: SIZE }).is(0);
      device.tryMmap({ offset: SIZE - 0x1000, length: 0x1000 }).is(0);
      device.tryMmap({ offset: 0, length: SIZE + 0x1000 }).is("EINVAL");
      device.tryMmap({ offset: SIZE, length: 0x1000 }).is("EINVAL");
      device.tryMmap({ offset: 0x1000, length: SIZE }).is("EINVAL");
      device.tryMmap({ offset: 0, length: 0x1000, private: true }).is("EINVAL");
      for (const index of [1, 6, 7, 8, 9]) {
        device.tryMmap({ offset: regionOffset(index), length: 0x1000 }).is("EINVAL");
      }
    },
  },
  {
    name: "pci access: a mapping holds everything open",
    vectors: [240],
    needs: ["edu"],
    run(t) {
      const { device, group, container, target } = openPci(t);
      const bar = device.mmap({ offset: 0, length: 0x1000 }, "BAR0");
      device.close();
      group.unsetContainer().is("EBUSY");
      group.close();
      container.close();
      t.tryOpen(`/dev/vfio/${target.group}`, "group").is("EBUSY");
      bar.read(0).is("0x10000ed");
      bar.unmap();
      t.tryOpen(`/dev/vfio/${target.group}`, "group").is(0);
    },
  },
];
