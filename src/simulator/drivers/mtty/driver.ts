import { Errno } from "../../../errno.js";
import type { Pending, Result } from "../../core/result.js";
import type { VfioDevice } from "../../core/vfio-device.js";
import type { MdevDevice } from "../../mdev/device.js";
import type { MdevDriver, MdevTypeOptions } from "../../mdev/driver.js";
import type { KernelModule } from "../../mdev/module.js";
import { sampleModule } from "../../mdev/sample-module.js";
import { registerWithVfio, unregisterFromVfio } from "../../mdev/vfio-mdev.js";
import { MttyDevice } from "./device.js";

/** A type of mtty: how many serial ports. */
interface MttyType extends MdevTypeOptions {
  readonly ports: number;
}

const types: readonly MttyType[] = [
  { sysfsName: "1", prettyName: "Single port serial", ports: 1 },
  { sysfsName: "2", prettyName: "Dual port serial", ports: 2 },
];

/** Ports of all devices together. */
const allPorts = 24;

type Mtty = MdevDevice<MttyType, VfioDevice>;

/** The driver of samples/vfio-mdev/mtty.c. */
class MttyDriver implements MdevDriver<MttyType, VfioDevice> {
  readonly name = "mtty";
  readonly deviceApi = "vfio-pci";
  readonly deviceGroups = {
    vendor: {
      sample_mdev_dev: { show: (mdev: Mtty) => `This is MDEV ${mdev.name}\n` },
    },
  };
  #freePorts = allPorts;

  constructor(readonly module: KernelModule) {}

  getAvailable({ ports }: MttyType): number {
    return Math.floor(this.#freePorts / ports);
  }

  // samples/vfio-mdev/mtty.c: mtty_probe(), mtty_init_dev()
  probe(mdev: Mtty): Result {
    const { ports } = mdev.type.options;
    if (this.#freePorts < ports) return -Errno.ENOSPC;
    const { machine } = mdev;
    const ops = new MttyDevice({ machine, ports, module: this.module });
    const device = registerWithVfio(mdev, ops);
    if (typeof device === "number") return device;
    this.#freePorts -= ports;
    mdev.data = device;
    return 0;
  }

  // samples/vfio-mdev/mtty.c: mtty_remove(), mtty_release_dev()
  remove(mdev: Mtty): Pending | undefined {
    if (mdev.data === undefined) return undefined;
    return unregisterFromVfio(mdev.data, () => {
      this.#freePorts += mdev.type.options.ports;
    });
  }
}

/** mtty.ko: its driver, and the virtual device /sys/devices/virtual/mtty/mtty to create them on. */
export const mttyModule = sampleModule("mtty", {
  types,
  parameters: {},
  driver: (module) => new MttyDriver(module),
});
