import { Errno } from "../../../errno.js";
import type { Pending, Result } from "../../core/result.js";
import type { VfioDevice } from "../../core/vfio-device.js";
import type { MdevDevice } from "../../mdev/device.js";
import type { MdevDriver, MdevTypeOptions } from "../../mdev/driver.js";
import type { KernelModule } from "../../mdev/module.js";
import { sampleModule } from "../../mdev/sample-module.js";
import { registerWithVfio, unregisterFromVfio } from "../../mdev/vfio-mdev.js";
import { MbochsDevice } from "./device.js";

/** A type of mbochs: its video memory in MiB, and its largest mode in pixels (0 for any). */
interface MbochsType extends MdevTypeOptions {
  readonly mebibytes: number;
  readonly width: number;
  readonly height: number;
}

const types: readonly MbochsType[] = [
  { sysfsName: "small", prettyName: "mbochs-small", mebibytes: 4, width: 800, height: 600 },
  { sysfsName: "medium", prettyName: "mbochs-medium", mebibytes: 16, width: 1920, height: 1440 },
  { sysfsName: "large", prettyName: "mbochs-large", mebibytes: 64, width: 0, height: 0 },
];

/** Module parameter `count`: MiB of video memory of all devices together. */
const defaultCount = 256;

type Mbochs = MdevDevice<MbochsType, VfioDevice>;

/** The driver of samples/vfio-mdev/mbochs.c. */
class MbochsDriver implements MdevDriver<MbochsType, VfioDevice> {
  readonly name = "mbochs";
  readonly deviceApi = "vfio-pci";
  readonly deviceGroups = {
    vendor: { memory: { show: (mdev: Mbochs) => `${mdev.type.options.mebibytes} MB\n` } },
  };
  #freeMebibytes: number;

  constructor(
    readonly module: KernelModule,
    mebibytes: number,
  ) {
    this.#freeMebibytes = mebibytes;
  }

  getAvailable({ mebibytes }: MbochsType): number {
    return Math.floor(this.#freeMebibytes / mebibytes);
  }

  showDescription({ mebibytes }: MbochsType): string {
    return `virtual display, ${mebibytes} MB video memory\n`;
  }

  // samples/vfio-mdev/mbochs.c: mbochs_probe(), mbochs_init_dev()
  probe(mdev: Mbochs): Result {
    const { mebibytes, width, height } = mdev.type.options;
    if (this.#freeMebibytes < mebibytes) return -Errno.ENOSPC;
    const { machine } = mdev;
    const memorySize = mebibytes * 2 ** 20;
    const largestMode = { width, height };
    const ops = new MbochsDevice({ machine, memorySize, largestMode, module: this.module });
    const device = registerWithVfio(mdev, ops);
    if (typeof device === "number") return device;
    this.#freeMebibytes -= mebibytes;
    mdev.data = device;
    return 0;
  }

  // samples/vfio-mdev/mbochs.c: mbochs_remove(), mbochs_release_dev()
  remove(mdev: Mbochs): Pending | undefined {
    if (mdev.data === undefined) return undefined;
    return unregisterFromVfio(mdev.data, () => {
      this.#freeMebibytes += mdev.type.options.mebibytes;
    });
  }
}

/** mbochs.ko, with its parameter `count`: MiB of video memory of all devices together. */
export const mbochsModule = sampleModule("mbochs", {
  types,
  parameters: { count: defaultCount },
  driver: (module, { count }) => new MbochsDriver(module, count),
});
