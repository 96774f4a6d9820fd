import type { CommandSpec } from "../command.js";

/** Commands that make a device do something, or wait for it. */
export const controlCommands: readonly CommandSpec[] = [
  {
    usage: "reset <device>",
    summary: "reset a device",
    about: "A device that cannot be reset by itself (vfio info shows it) refuses.",
    examples: [["reset 03:00.0", "an NVMe function"]],
    load: async () => (await import("../commands/reset.js")).reset,
  },
  {
    usage: "irq wait <device> <irq>",
    summary: "print interrupts as they happen",
    about:
      "IRQ is intx, msi, msix, err, req or a number. All its vectors are enabled. Ctrl-C ends it.",
    options: [
      { flags: "-n, --count <number>", text: "end after so many", initial: "1" },
      { flags: "--timeout <seconds>", text: "give up when none has come; never unless told" },
      { flags: "--trigger", text: "have the kernel signal one, as if the device had" },
    ],
    examples: [["irq wait 00:05.0 msi --trigger", "whether interrupts get here"]],
    load: async () => (await import("../commands/irq-wait.js")).irqWait,
  },
  {
    usage: "screenshot <device> <file>",
    summary: "save what a virtual display shows as a PNG file",
    examples: [["screenshot a0c5b3e4-8a55-4a54-9d8e-2f1d7b1f0c60 screen.png", "an mdpy display"]],
    load: async () => (await import("../commands/screenshot.js")).screenshot,
  },
];
