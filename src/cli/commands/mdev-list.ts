import { type MdevDevice, mdevDevices } from "../../sysfs/index.js";
import type { Command, CommandContext } from "../command.js";
import { table } from "../text/table.js";

/** `vfio mdev list` */
export const mdevList: Command<{ parent?: string }, MdevDevice[]> = {
  run: ({ kernel }: CommandContext, _parameters, { parent }) => mdevDevices(kernel, { parent }),
  show: (devices) => {
    if (devices.length === 0) return "No mediated devices. Make one: vfio mdev start TYPE\n";
    const rows = devices.map(({ name, parent, type, group }) => [name, parent, type, group]);
    return table(rows, { head: ["UUID", "PARENT", "TYPE", "GROUP"] });
  },
};
