import type { CommandSpec } from "../command.js";
import { takeOptions } from "./binding.js";

const parent = { flags: "-p, --parent <name>", text: "only of this parent (mtty, 0000:06:00.0)" };

/** Commands for mediated devices. */
export const mdevCommands: readonly CommandSpec[] = [
  {
    usage: "mdev types",
    looks: true,
    summary: "list types of mediated devices and how many are left",
    options: [parent],
    examples: [["mdev types", "of all parents"]],
    load: async () => (await import("../commands/mdev-types.js")).mdevTypesCommand,
  },
  {
    usage: "mdev list",
    looks: true,
    summary: "list mediated devices",
    options: [parent],
    examples: [["mdev list --parent mtty", "those that mtty made"]],
    load: async () => (await import("../commands/mdev-list.js")).mdevList,
  },
  {
    usage: "mdev start <type>",
    summary: "create a mediated device and print its UUID",
    options: [
      { ...parent, text: "the parent; one that offers the type unless told" },
      { flags: "-u, --uuid <uuid>", text: "its UUID; a random one unless told" },
    ],
    examples: [
      ["mdev start mtty-1", "a serial port with one line"],
      ["mdev start mtty-2 --parent mtty --uuid a9b1f0c2-2f3e-4c55-9d0e-5a7c1b2d3e4f", "all told"],
    ],
    load: async () => (await import("../commands/mdev-start.js")).mdevStart,
  },
  {
    usage: "mdev stop <uuid>",
    summary: "remove a mediated device",
    options: takeOptions,
    examples: [["mdev stop 5d6a9ee0-0e34-4a5b-8f0c-3f3d3b0f1c55", "and its group with it"]],
    load: async () => (await import("../commands/mdev-stop.js")).mdevStop,
  },
];
