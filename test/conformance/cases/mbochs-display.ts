import { Protection } from "../../../src/kernel.js";
import type { ConformanceCase } from "../case.js";
import { type Device, openMdev, plane, word16, word32 } from "../fixtures/index.js";
import { TracedFile } from "../trial/index.js";

const DISPI = 0x1500;
const register = { xres: 1, yres: 2, bpp: 3, enable: 4, virtWidth: 6, xOffset: 8, yOffset: 9 };
const DMABUF = 2;

function set(device: Device, values: Partial<Record<keyof typeof register, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    const index = register[name as keyof typeof register];
    device.pwrite(word16(value), DISPI + 2 * index).is(2);
  }
}

/** Nothing is shown: the answer is a success without a picture. */
function dark(device: Device, drm_plane_type = 1): void {
  plane(device, DMABUF, { drm_plane_type }).is(0).has({ drm_format: 0, size: 0, region_index: 0 });
}

/** A mode is shown; the first query of a new one fails, a bug that every kernel has. */
function shows(device: Device, expected: { stride: number; size: number; id: number }): void {
  const { stride, size, id } = expected;
  plane(device, DMABUF).is("ENOMEM");
  plane(device, DMABUF).is(0).has({ drm_format: 0x34325258, stride, size, region_index: id });
}

/** mbochs' display: planes handed out as dma-bufs. */
export const mbochsDisplayCases: readonly ConformanceCase[] = [
  {
    name: "mbochs display: planes",
    vectors: [136],
    needs: ["mbochs"],
    run(t) {
      const { device } = openMdev(t, "BO");
      plane(device, 3).is(0).untouched();
      for (const flags of [0, 1, 4, 5, 6, 7]) plane(device, flags).is("EINVAL").untouched();
      plane(device, DMABUF, { argsz: 59 }).is("EINVAL").untouched();
      dark(device);
      set(device, { xres: 640, yres: 480, bpp: 32, enable: 1 });
      shows(device, { stride: 2560, size: 1228800, id: 1 });
      dark(device, 0);
      set(device, { yOffset: 480 });
      shows(device, { stride: 2560, size: 1228800, id: 2 });
      set(device, { yOffset: 2000 });
      dark(device);
      set(device, { yOffset: 0, xres: 63 });
      dark(device);
      set(device, { xres: 64, yres: 64, virtWidth: 1024 });
      shows(device, { stride: 4096, size: 262144, id: 3 });
      set(device, { bpp: 16 });
      dark(device);
    },
  },
  {
    name: "mbochs display: dma-bufs",
    vectors: [137],
    needs: ["mbochs"],
    run(t) {
      const { device } = openMdev(t, "BO");
      set(device, { xres: 640, yres: 480, bpp: 32, enable: 1 });
      shows(device, { stride: 2560, size: 1228800, id: 1 });
      device.ioctl("DEVICE_GET_GFX_DMABUF", null).is("EFAULT");
      device.ioctl("DEVICE_GET_GFX_DMABUF", word32(77)).is("ENOENT");
      const picture = device.openBy(TracedFile, "DEVICE_GET_GFX_DMABUF", word32(1), {
        label: "dma-buf",
      });
      const { read: protection } = Protection;
      picture.tryMmap({ offset: 0, length: 0x4000 }).is("EACCES");
      // The file is read-only, and what Linux makes of a shared mapping then is none to mbochs.
      picture.tryMmap({ offset: 0, length: 0x4000, protection }).is("EINVAL");
      picture.close();
      set(device, { xOffset: 1 });
      const { region_index } = plane(device, DMABUF).is("ENOMEM").fields;
      t.check("plane untouched by the failure", region_index !== 2, () => "an id was given");
      plane(device, DMABUF).is(0).has({ region_index: 2 });
      device.ioctl("DEVICE_GET_GFX_DMABUF", word32(2)).is("EINVAL");
    },
  },
];
