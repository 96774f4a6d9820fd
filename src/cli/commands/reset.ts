import type { Command, CommandContext } from "../command.js";
import { withDevice } from "../device/open.js";

/** `vfio reset DEVICE` */
export const reset: Command<unknown, { device: string }> = {
  run: (context: CommandContext, [text]) =>
    withDevice(context, text!, async (device) => {
      await device.reset();
      return { device: device.name };
    }),
  show: ({ device }) => `${device} was reset.\n`,
};
