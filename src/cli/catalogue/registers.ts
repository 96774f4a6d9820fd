import type { CommandSpec, OptionSpec } from "../command.js";

const region = "REGION is bar0 to bar5, config, rom, vga or a region's number.";
const offset =
  "OFFSET is in bytes (64, 0x40) or a register's name where its map is known (edu, mtty).";

const width: OptionSpec = {
  flags: "-w, --width <bits>",
  text: "bits of one access; 32 unless told, or the register's own",
  choices: ["8", "16", "32", "64"],
};

/** Commands that read and write a device's regions. */
export const registerCommands: readonly CommandSpec[] = [
  {
    usage: "read <device> <region> <offset>",
    summary: "read a register",
    about: `${region} ${offset}`,
    options: [width, { flags: "-n, --count <number>", text: "so many, one after the other" }],
    examples: [
      ["read 00:05.0 bar0 0", "32 bits at offset 0 of BAR 0"],
      ["read 00:05.0 bar0 liveness", "edu's liveness register"],
      ["read 00:05.0 config command", "the command register of configuration space"],
      ["read 00:05.0 config 0x2c --width 16", "the subsystem vendor"],
    ],
    load: async () => (await import("../commands/read.js")).read,
  },
  {
    usage: "write <device> <region> <offset> <value>",
    summary: "write a register",
    about: `${region} ${offset}`,
    options: [width, { flags: "-r, --read-back", text: "read it afterwards and print that" }],
    examples: [
      ["write 00:05.0 bar0 4 0x12345678", "32 bits at offset 4 of BAR 0"],
      ["write 00:05.0 bar0 liveness 0xff --read-back", "and see what became of it"],
    ],
    load: async () => (await import("../commands/write.js")).write,
  },
  {
    usage: "dump <device> <region> [offset] [length]",
    summary: "show a region's registers or bytes",
    about:
      `${region} Registers are named where we know them (edu, mtty); those whose reading has an ` +
      "effect are left out. Everything else is shown as bytes, 256 unless told.",
    options: [width, { flags: "--raw", text: "bytes, also where the registers are known" }],
    examples: [
      ["dump 00:05.0 bar0", "edu's registers"],
      ["dump 00:05.0 config", "the configuration space"],
      ["dump 00:05.0 bar0 0x80 64 --raw", "64 bytes from 0x80 on"],
    ],
    load: async () => (await import("../commands/dump.js")).dump,
  },
];
