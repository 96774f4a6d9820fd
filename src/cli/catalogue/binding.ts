import type { CommandSpec, OptionSpec } from "../command.js";

/** Options of commands that take a device from its users. */
export const takeOptions: readonly OptionSpec[] = [
  { flags: "--timeout <seconds>", text: "how long to wait while it is in use", initial: "10" },
  { flags: "--force", text: "go on although a process holds its group" },
];

/** Commands that give a device to VFIO and take it back. */
export const bindingCommands: readonly CommandSpec[] = [
  {
    usage: "bind <device>",
    summary: "give a PCI device to vfio-pci",
    about:
      "Sets driver_override, takes the device from its driver, probes, and looks that the new " +
      "driver and /dev/vfio/N are there. If one step fails, everything is put back.",
    options: [
      { flags: "-d, --driver <name>", text: "another VFIO driver", initial: "vfio-pci" },
      ...takeOptions,
    ],
    examples: [["bind 04:00.0", "then: vfio info 04:00.0"]],
    load: async () => (await import("../commands/bind.js")).bindCommand,
  },
  {
    usage: "unbind <device>",
    summary: "take a PCI device back from VFIO",
    options: takeOptions,
    examples: [["unbind 00:05.0", "and see which driver took it"]],
    load: async () => (await import("../commands/unbind.js")).unbindCommand,
  },
];
