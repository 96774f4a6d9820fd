import type { Kernel } from "../../kernel.js";
import type { CommandContext } from "../command.js";
import type { Narrator } from "./narrator.js";

/** What each step of the tour works with. */
export interface Stage {
  readonly kernel: Kernel;
  readonly narrator: Narrator;
  readonly context: CommandContext;
}
