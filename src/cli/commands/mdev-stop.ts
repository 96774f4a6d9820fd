import { type MdevDevice, stopMdev } from "../../sysfs/index.js";
import type { Command, CommandContext } from "../command.js";
import { deviceParameter } from "../parameter/device.js";
import { type TakeFlags, takeOptionsOf } from "../parameter/take.js";
import { UsageError } from "../usage-error.js";

/** `vfio mdev stop UUID` */
export const mdevStop: Command<TakeFlags, MdevDevice> = {
  run: async ({ kernel, signal }: CommandContext, [text], flags) => {
    const device = deviceParameter(kernel, text!);
    if (device.kind !== "mdev") {
      throw new UsageError(`${device.name} is not a mediated device; for PCI: vfio unbind`);
    }
    await stopMdev(kernel, device, takeOptionsOf(flags, signal));
    return device;
  },
  show: ({ name, group }) =>
    `Removed ${name}${group === undefined ? "" : ` and group ${group}`}.\n`,
};
