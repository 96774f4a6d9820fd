import type { CommandSpec } from "../command.js";
import { bindingCommands } from "./binding.js";
import { controlCommands } from "./control.js";
import { deviceCommands } from "./devices.js";
import { mdevCommands } from "./mdev.js";
import { registerCommands } from "./registers.js";
import { tourCommands } from "./tour.js";

/** All commands, in the order in which the help shows them. */
export const catalogue: readonly CommandSpec[] = [
  ...tourCommands,
  ...deviceCommands,
  ...registerCommands,
  ...controlCommands,
  ...mdevCommands,
  ...bindingCommands,
];
