import type { CommandSpec } from "../command.js";

/** The guided tour. */
export const tourCommands: readonly CommandSpec[] = [
  {
    usage: "tour",
    summary: "see VFIO work, step by step",
    about:
      "Opens QEMU's edu PCI device and creates an mtty mediated device, talks to both, and takes " +
      "it all down again. On this machine's kernel it uses what is there of the two, and needs " +
      "root for binding and creating.",
    examples: [
      ["tour --kernel simulated", "needs no VFIO and no root"],
      ["tour", "on this machine's kernel"],
    ],
    freshMachine: true,
    load: async () => (await import("../commands/tour.js")).tour,
  },
];
