import type { ConformanceCase } from "../case.js";
import { openMdev, plane, word32 } from "../fixtures/index.js";
import { FILL, per } from "../trial/index.js";

const ECHOED = FILL * 0x01010101;
const FRAMEBUFFER = 0x1000;
const SIZE = 0x200000;

/** mdpy: a framebuffer shown by region. */
export const mdpyCases: readonly ConformanceCase[] = [
  {
    name: "mdpy: interrupts",
    vectors: [125, 131],
    needs: ["mdpy"],
    run(t) {
      const { device } = openMdev(t, "PY");
      device.irqInfo(0).is("EINVAL").untouched();
      device.info().is(0).has({ flags: 2, num_regions: 9, num_irqs: 5, cap_offset: ECHOED });
      for (let index = 0; index < 5; index += 1) {
        device.irqInfo(index).is(0).has({ count: 0, flags: ECHOED });
      }
      device.irqInfo(5).is("EINVAL");
      device.irq("N|T", 0, 0, 0).is("EINVAL");
      device.irq("E|T", 0, 0, 1, -1).is("EINVAL");
      device.ioctl("DEVICE_SET_IRQS", null).is("EINVAL");
    },
  },
  {
    name: "mdpy: regions",
    vectors: [126],
    needs: ["mdpy"],
    run(t) {
      const { device } = openMdev(t, "PY");
      const frame = { flags: 7, size: BigInt(SIZE), offset: 0x1000n, cap_offset: ECHOED };
      device.region(0).is(0).has(frame);
      for (const index of [1, 2, 3, 4, 5, 6, 8]) {
        device.region(index).is(0).has({ flags: 0, size: 0n, offset: 0n });
      }
      device.region(7).is(0).has({ flags: 3, size: 0xffn, offset: 0n });
      device.region(16).is(0).has(frame);
      for (const index of [9, 15, 17, 0xffffffff]) device.region(index).is("EINVAL").untouched();
      device.region(0, 31).is("EINVAL").untouched();
    },
  },
  {
    name: "mdpy: configuration space",
    vectors: [127],
    needs: ["mdpy"],
    run(t) {
      const { device } = openMdev(t, "PY");
      const config = device.pread(252, 0).is(252);
      config.holds(0x00, "361b0f00 03001000 01008003 00000000 08000000");
      config.holds(0x2c, "f41a0011 00000000 40000000");
      config.holds(0x40, "09001000 58523234 80020000 e0010000");
      device.pwrite(word32(0xffffffff), 0x10).is(4);
      device.pread(4, 0x10).holds(0, "0800e0ff");
      device.pwrite(word32(0xe0000123), 0x10).is(4);
      device.pread(4, 0x10).holds(0, "280100e0");
      device.pwrite(word32(0xffffffff), 0x04).is(4);
      device.pread(4, 0x04).holds(0, "03001000");
    },
  },
  {
    name: "mdpy: where the file can be read",
    vectors: [128],
    needs: ["mdpy"],
    run(t) {
      const { device } = openMdev(t, "PY");
      for (const offset of [0xff, 0x100, 0xfff]) device.pread(1, offset).is("EFAULT");
      device.pread(4, FRAMEBUFFER + SIZE).is("EFAULT");
      device.pread(4, FRAMEBUFFER + SIZE - 2).is("EFAULT");
      device.pread(4, FRAMEBUFFER + SIZE - 4).is(4);
      device.pread(0, 0xff).is(0);
    },
  },
  {
    name: "mdpy: every access to the file hits the first pixel",
    vectors: [129],
    needs: ["mdpy"],
    run(t) {
      const { device } = openMdev(t, "PY");
      device.pwrite(word32(0x12345678), FRAMEBUFFER + 0x10000).is(4);
      device.pread(4, FRAMEBUFFER).is(4).holds(0, "78563412");
      device
        .pread(4, FRAMEBUFFER + 0x10000)
        .is(4)
        .holds(0, "78563412");
    },
  },
  {
    name: "mdpy: the framebuffer mapped",
    vectors: [130],
    needs: ["mdpy"],
    run(t) {
      const { device } = openMdev(t, "PY");
      const mapping = device.mmap({ offset: FRAMEBUFFER, length: SIZE }, "framebuffer");
      const rows = { 0: 0x00, 60: 0x1f, 120: 0x3f, 180: 0x5f, 240: 0x7f, 300: 0x9f, 420: 0xdf };
      const paint = () => {
        for (const [row, byte] of Object.entries({ ...rows, 360: 0xbf, 479: 0xfe })) {
          mapping.read(Number(row) * 2560, 8).is(`0x${byte.toString(16)}`);
          mapping.read(Number(row) * 2560 + 2559, 8).is(`0x${byte.toString(16)}`);
        }
        mapping.read(480 * 2560, 64).is("0x0");
      };
      paint();
      mapping.write(60 * 2560, 0, 64).is(0);
      mapping.read(60 * 2560, 8).is("0x0");
      device.reset().is(0);
      paint();
      device.tryMmap({ offset: FRAMEBUFFER, length: SIZE + 0x1000 }).is("EINVAL");
      device.tryMmap({ offset: 0x2000, length: 0x1000 }).is("EINVAL");
      device.tryMmap({ offset: 0, length: 0x1000 }).is("EINVAL");
      device.tryMmap({ offset: FRAMEBUFFER, length: 0x1000, private: true }).is("EINVAL");
    },
  },
  {
    name: "mdpy: the display",
    vectors: [131],
    needs: ["mdpy"],
    run(t) {
      const { device } = openMdev(t, "PY");
      for (const flags of [1, 3, 7, 2, 6, 0]) plane(device, flags).is("EINVAL").untouched();
      plane(device, 5).is(0).untouched();
      const shown = {
        drm_format: 0x34325258,
        drm_format_mod: 0n,
        width: 640,
        height: 480,
        stride: 2560,
        size: SIZE,
        x_pos: 0,
        y_pos: 0,
        x_hot: 0,
        y_hot: 0,
        region_index: 16,
      };
      for (const drm_plane_type of [1, 0, 77])
        plane(device, 4, { drm_plane_type }).is(0).has(shown);
      plane(device, 4, { argsz: 63 }).is(0).has(shown);
      plane(device, 4, { argsz: 59 }).is("EINVAL").untouched();
      device.ioctl("DEVICE_QUERY_GFX_PLANE", null).is("EFAULT");
      device.ioctl("DEVICE_QUERY_GFX_PLANE", new Uint8Array(59)).is("EFAULT");
      device.ioctl("DEVICE_GET_GFX_DMABUF", null).is("ENOTTY");
    },
  },
  {
    name: "mdpy: features",
    vectors: [238],
    needs: ["mdpy"],
    run(t) {
      const { device } = openMdev(t, "PY");
      const probe = (flags: number) => device.ioctl("DEVICE_FEATURE", feature12(flags));
      probe(1 << 18).is(per("ENOTTY", "ENOTTY", "EINVAL"));
      probe(1 << 17).is(per("ENOTTY", "ENOTTY", "EINVAL"));
    },
  },
];

function feature12(flags: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(8, 12 | flags).buffer);
}
