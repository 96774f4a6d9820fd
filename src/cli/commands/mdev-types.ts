import { type MdevType, mdevTypes } from "../../sysfs/index.js";
import type { Command, CommandContext } from "../command.js";
import { table } from "../text/table.js";

/** `vfio mdev types` */
export const mdevTypesCommand: Command<{ parent?: string }, MdevType[]> = {
  run: ({ kernel }: CommandContext, _parameters, { parent }) => mdevTypes(kernel, { parent }),
  show: (types) => {
    if (types.length === 0) return "No types of mediated devices.\n";
    const rows = types.map((type) => [
      type.parent,
      type.id,
      type.available,
      type.devices.length,
      type.deviceApi,
      type.description === undefined ? type.name : `${type.name}: ${type.description}`,
    ]);
    return table(rows, { head: ["PARENT", "TYPE", "LEFT", "IN USE", "API", "NAME"] });
  },
};
