import { type MdevDevice, startMdev, uuid as validUuid } from "../../sysfs/index.js";
import type { Command, CommandContext } from "../command.js";
import { UsageError } from "../usage-error.js";

/** `vfio mdev start TYPE`: prints the UUID and nothing else, for `$(...)`. */
export const mdevStart: Command<{ parent?: string; uuid?: string }, MdevDevice> = {
  run: ({ kernel }: CommandContext, [type], { parent, uuid }) => {
    if (uuid !== undefined && validUuid(uuid) === undefined) {
      throw new UsageError(`--uuid: '${uuid}' is not a UUID (8-4-4-4-12 hexadecimal digits)`);
    }
    return startMdev(kernel, { parent, type: type!, uuid });
  },
  show: ({ name }) => `${name}\n`,
};
