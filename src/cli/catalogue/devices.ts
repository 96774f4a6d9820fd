import type { CommandSpec } from "../command.js";

/** Commands that look at what is there. */
export const deviceCommands: readonly CommandSpec[] = [
  {
    usage: "groups",
    looks: true,
    summary: "list IOMMU groups and who blocks them",
    about: "A group is viable, usable from user space, when no member is with a kernel driver.",
    examples: [["groups", "all groups"]],
    load: async () => (await import("../commands/groups.js")).groups,
  },
  {
    usage: "list",
    looks: true,
    summary: "list PCI and mediated devices",
    options: [{ flags: "--vfio", text: "only those that VFIO has" }],
    examples: [
      ["list", "all devices"],
      ["list --vfio --json", "what can be opened, for other programs"],
    ],
    load: async () => (await import("../commands/list.js")).list,
  },
  {
    usage: "info <device>",
    looks: true,
    summary: "show a device: regions, interrupts, config space",
    about:
      "A device that VFIO does not have is shown as far as sysfs tells; regions and interrupts " +
      "need it bound: vfio bind.",
    examples: [
      ["info 00:05.0", "a PCI device by its address"],
      ["info 5d6a9ee0-0e34-4a5b-8f0c-3f3d3b0f1c55", "a mediated device by its UUID"],
    ],
    load: async () => (await import("../commands/info.js")).info,
  },
];
