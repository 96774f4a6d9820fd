import type { ConformanceCase } from "../case.js";
import { type Device, openMdev, word16, word32 } from "../fixtures/index.js";
import { FILL, per } from "../trial/index.js";

const ECHOED = FILL * 0x01010101;
const MMIO = 0x1000;
const EDID = 0x2000;
const VRAM = 0x3000;
const old = (device: Device) => device.trial.version !== "7.2";

function reads32(device: Device, offset: number, value: number): void {
  const digits = Buffer.from(word32(value)).toString("hex");
  device.pread(4, offset).is(4).holds(0, digits);
}

/** mbochs: regions, configuration space, EDID and video memory. */
export const mbochsCases: readonly ConformanceCase[] = [
  {
    name: "mbochs: info and interrupts",
    vectors: [132, 140],
    needs: ["mbochs"],
    run(t) {
      const { device } = openMdev(t, "BO");
      device.irqInfo(0).is(0).has({ count: 0, flags: ECHOED });
      device.irqInfo(5).is("EINVAL").untouched();
      device.info().is(0).has({ flags: 2, num_regions: 10, num_irqs: 5, cap_offset: ECHOED });
      device.irq("N|T", 0, 0, 0).is("EINVAL");
      device.irq("E|T", 0, 0, 1, -1).is("EINVAL");
      device.ioctl("DEVICE_SET_IRQS", null).is("EINVAL");
      device.ioctl(0x3b00 + 250, null).is("ENOTTY");
    },
  },
  {
    name: "mbochs: regions",
    vectors: [132, 133],
    needs: ["mbochs"],
    run(t) {
      const { device } = openMdev(t, "BO");
      const region = (index: number, flags: number, size: bigint, offset: bigint) =>
        device.region(index).is(0).has({ flags, size, offset, cap_offset: ECHOED });
      region(0, 7, 0x400000n, BigInt(VRAM));
      region(2, 3, 0x1000n, BigInt(MMIO));
      region(7, 3, 0xffn, 0n);
      for (const index of [1, 3, 4, 5, 6, 8]) region(index, 0, 0n, 0n);
      for (const index of [10, 16, 0xffffffff]) device.region(index).is("EINVAL").untouched();
      device.region(7, 31).is("EINVAL").untouched();
      device.region(7, 49).is(per("EINVAL", "EINVAL", 0));
      device.region(7, 256).is(per("EINVAL", "EINVAL", 0));
    },
  },
  {
    name: "mbochs: the EDID region's capability",
    vectors: [133],
    needs: ["mbochs"],
    run(t) {
      const { device } = openMdev(t, "BO");
      device.region(9, 31).is("EINVAL").untouched();
      for (let argsz = 32; argsz < 48; argsz += 1) {
        const info = device.region(9, argsz).is(0);
        info.has({ argsz: 48, flags: 0xb, cap_offset: old(device) ? 32 : 0 });
        info.has({ size: 0x1000n, offset: BigInt(EDID) });
      }
      const whole = device.region(9, 48).is(0).has({ flags: 0xb, cap_offset: 32 });
      whole.holds(32, "0200 0100 00000000 01000000 01000000 a5");
      device.region(9, 49).is(per("EINVAL", "EINVAL", 0));
    },
  },
  {
    name: "mbochs: configuration space",
    vectors: [134],
    needs: ["mbochs"],
    run(t) {
      const { device } = openMdev(t, "BO");
      const config = device.pread(252, 0).is(252);
      config.holds(0x00, "34121111 03000000 01008003 00000000 08000000 00000000");
      config.holds(0x2c, "f41a0011");
      for (const offset of [0x10, 0x14, 0x18]) device.pwrite(word32(0xffffffff), offset).is(4);
      reads32(device, 0x10, 0xffc00008);
      reads32(device, 0x14, 0);
      reads32(device, 0x18, 0xfffff000);
      device.pwrite(word32(0xffffffff), 0x04).is(4);
      reads32(device, 0x04, 0x00000003);
      device.pread(1, 0xff).is("EFAULT");
      device.pread(1, 0xfff).is("EFAULT");
    },
  },
  {
    name: "mbochs: display registers",
    vectors: [135],
    needs: ["mbochs"],
    run(t) {
      const { device } = openMdev(t, "BO");
      const register = (index: number) => MMIO + 0x500 + 2 * index;
      const fresh = () => {
        for (let index = 0; index <= 10; index += 1) {
          const value = index === 0 ? "c5b0" : index === 10 ? "4000" : "0000";
          device.pread(2, register(index)).is(2).holds(0, value);
        }
      };
      fresh();
      for (const index of [0, 1, 10]) {
        device.pwrite(word16(0x1234), register(index)).is(2);
        device.pread(2, register(index)).is(2).holds(0, "3412");
      }
      device.pread(4, register(0)).is(4).holds(0, "00000000");
      device.pread(1, register(0)).is(1).holds(0, "00");
      device
        .pread(4, MMIO + 0x400)
        .is(4)
        .holds(0, "00000000");
      device
        .pread(4, MMIO + 0x600)
        .is(4)
        .holds(0, "00000000");
      device.reset().is(0);
      fresh();
    },
  },
  {
    name: "mbochs: EDID",
    vectors: [138],
    needs: ["mbochs"],
    run(t) {
      const { device } = openMdev(t, "BO");
      for (const [index, value] of [0x800, 0x400, 0, 800, 600, 0].entries()) {
        reads32(device, EDID + 4 * index, value);
      }
      device.pwrite(word32(0x1234), EDID).is(4);
      reads32(device, EDID, 0x800);
      device.pwrite(word32(0xdeadbeef), EDID + 0x800).is(4);
      reads32(device, EDID + 0x800, 0xdeadbeef);
      reads32(device, MMIO, 0);
      device.pwrite(word32(1), EDID + 20).is(4);
      reads32(device, EDID + 20, 1);
      reads32(device, MMIO, 0);
      device.pwrite(word32(77), EDID + 8).is(4);
      reads32(device, EDID + 8, 77);
      reads32(device, MMIO, 0xdeadbeef);
      reads32(device, MMIO + 80, 0);
      device.pwrite(word32(2), EDID + 20).is(4);
      reads32(device, EDID + 20, 2);
      reads32(device, MMIO, 0);
    },
  },
  {
    name: "mbochs: video memory by file and by mapping",
    vectors: [139],
    needs: ["mbochs"],
    run(t) {
      const { device } = openMdev(t, "BO");
      const mapping = device.mmap({ offset: VRAM, length: 0x4000 }, "VRAM");
      device.pwrite(word32(0x11223344), VRAM).is(4);
      mapping.read(0x2000).is("0x11223344");
      mapping.read(0).is("0x0");
      mapping.write(0x3000, 0x55667788).is(0);
      reads32(device, VRAM + 0x1000, 0x55667788);
      device.tryMmap({ offset: VRAM, length: 0x401000 }).is("EINVAL");
      device.tryMmap({ offset: 0x1000, length: 0x1000 }).is("EINVAL");
      device.tryMmap({ offset: VRAM, length: 0x1000, private: true }).is("EINVAL");
    },
  },
  {
    name: "mbochs: video memory lives as long as the device is open",
    vectors: [241],
    needs: ["mbochs"],
    run(t) {
      const { device, group, target } = openMdev(t, "BO");
      const second = group.device(target.name, "second");
      device.pwrite(word32(0x11223344), VRAM).is(4);
      device.pwrite(word16(640), MMIO + 0x502).is(2);
      device.close();
      reads32(second, VRAM, 0x11223344);
      second.close();
      const third = group.device(target.name, "third");
      reads32(third, VRAM, 0);
      third.pread(2, MMIO + 0x502).holds(0, "8002");
    },
  },
];
