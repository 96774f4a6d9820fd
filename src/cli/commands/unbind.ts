import { type Unbound, unbind } from "../../sysfs/index.js";
import type { Command, CommandContext } from "../command.js";
import { pciParameter } from "../parameter/device.js";
import { type TakeFlags, takeOptionsOf } from "../parameter/take.js";

/** `vfio unbind DEVICE` */
export const unbindCommand: Command<TakeFlags, Unbound> = {
  run: ({ kernel, signal }: CommandContext, [text], flags) => {
    const { name } = pciParameter(kernel, text!);
    return unbind(kernel, name, takeOptionsOf(flags, signal));
  },
  show: ({ device, before, changed }) => {
    if (!changed) return `${device.name} has no driver and is not kept for VFIO: nothing to do.\n`;
    const left =
      before.driver === undefined ? "is no longer kept for VFIO" : `left ${before.driver}`;
    const now =
      device.driver === undefined ? "no other driver wants it" : `now with ${device.driver}`;
    return `${device.name} ${left}; ${now}.\n`;
  },
};
