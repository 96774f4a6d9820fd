import type { Pending, Result } from "../../core/result.js";
import type { VfioDevice } from "../../core/vfio-device.js";
import type { MdevDevice } from "../../mdev/device.js";
import type { MdevDriver, MdevTypeOptions } from "../../mdev/driver.js";
import type { KernelModule } from "../../mdev/module.js";
import { sampleModule } from "../../mdev/sample-module.js";
import { registerWithVfio, unregisterFromVfio } from "../../mdev/vfio-mdev.js";
import { MdpyDevice } from "./device.js";
import { MdpyDisplay } from "./display.js";

/** A type of mdpy: its mode, in pixels. */
interface MdpyType extends MdevTypeOptions {
  readonly width: number;
  readonly height: number;
}

const types: readonly MdpyType[] = [
  { sysfsName: "vga", prettyName: "mdpy-vga", width: 640, height: 480 },
  { sysfsName: "xga", prettyName: "mdpy-xga", width: 1024, height: 768 },
  { sysfsName: "hd", prettyName: "mdpy-hd", width: 1920, height: 1080 },
];

/** Module parameter `count`, and what it is by default. */
const defaultCount = 4;

type Mdpy = MdevDevice<MdpyType, VfioDevice>;

/** The driver of samples/vfio-mdev/mdpy.c. The mdev core counts its devices. */
class MdpyDriver implements MdevDriver<MdpyType, VfioDevice> {
  readonly name = "mdpy";
  readonly deviceApi = "vfio-pci";
  readonly deviceGroups = {
    vendor: { resolution: { show: (mdev: Mdpy) => resolution(mdev.type.options) } },
  };

  constructor(
    readonly module: KernelModule,
    readonly maxInstances: number,
  ) {}

  showDescription({ width, height }: MdpyType): string {
    return `virtual display, ${width}x${height} framebuffer\n`;
  }

  // samples/vfio-mdev/mdpy.c: mdpy_probe(), mdpy_init_dev()
  probe(mdev: Mdpy): Result {
    const { width, height } = mdev.type.options;
    const display = new MdpyDisplay(width, height);
    const device = registerWithVfio(mdev, new MdpyDevice(mdev.machine, display));
    if (typeof device === "number") return device;
    mdev.data = device;
    return 0;
  }

  // samples/vfio-mdev/mdpy.c: mdpy_remove()
  remove(mdev: Mdpy): Pending | undefined {
    return mdev.data === undefined ? undefined : unregisterFromVfio(mdev.data);
  }
}

function resolution({ width, height }: MdpyType): string {
  return `${width}x${height}\n`;
}

/** mdpy.ko, with its parameter `count`: devices at a time. */
export const mdpyModule = sampleModule("mdpy", {
  types,
  parameters: { count: defaultCount },
  driver: (module, { count }) => new MdpyDriver(module, count),
});
