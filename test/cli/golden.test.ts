// Goal: what commands print is decided here, word for word, and changes only on purpose:
// UPDATE_GOLDEN=1 writes test/cli/golden anew.

import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/cli/catalogue/index.js";
import { exampleDisplay } from "../../src/cli/kernel/simulated.js";
import type { OpenKernel } from "../../src/cli/run.js";
import { transcript, vfio } from "./command-line.js";
import { expectGolden } from "./golden.js";
import { bindTo, each, machine, on } from "./machines.js";

const uuid = "5d6a9ee0-0e34-4a5b-8f0c-3f3d3b0f1c55";
const made = "00000000-0000-4000-8000-000000000001";

/** Runs command lines one after the other and compares all they said with one file. */
async function session(name: string, lines: readonly string[], openKernel: OpenKernel = each) {
  const texts: string[] = [];
  for (const line of lines) {
    const argv = line === "" ? [] : line.split(" ");
    texts.push(transcript(argv, await vfio(argv, { openKernel })));
  }
  expectGolden(name, texts.join("\n"));
}

describe("help", () => {
  it("fits on a screen and has examples", () =>
    session("help", ["--help", "help read", "mdev --help", "mdev start --help", "bind --help"]));

  it("is where a wrong command line points to", () =>
    session("usage", [
      "",
      "mdev",
      "bogus",
      "raed 00:05.0",
      "read 00:05.0",
      "list --bogus",
      "list --kernel linux",
      "info edu",
      "info 00:05.0 extra",
      "read 00:05.0 bar9 0",
      "read 00:05.0 bar0 2",
      "read 00:05.0 bar0 0x100000",
      "read 00:05.0 bar0 livenes",
      "read 00:05.0 config command",
      "read 00:05.0 bar0 0 --width 24",
      "read 00:05.0 config 0 --count 65",
      "write 00:05.0 bar0 0 0x100000000",
      "write 00:05.0 bar0 0 many",
      "dump 00:05.0 config 0x100",
      "dump 00:05.0 config 0 3 --width 16",
      "mdev start mtty-1 --uuid 5",
      `bind ${uuid}`,
      "mdev stop 00:05.0",
      "unbind 00:05.0 --timeout soon",
    ]));
});

describe("looking", () => {
  it("at groups and devices", () =>
    session("look", ["groups", "list", "list --vfio", "mdev types", "mdev list"]));

  it("at them as JSON", () =>
    session("look-json", ["groups --json", "list --vfio --json", "mdev list --json"]));

  it("at a PCI device", () => session("info-edu", ["info 00:05.0", "info 0000:00:05.0 --json"]));

  it("at a PCI device of a later kernel", () =>
    session("info-edu-6.12", ["info 00:05.0 --kernel simulated:6.12"]));

  it("at a PCI device that VFIO does not have", () => session("info-unbound", ["info 04:00.0"]));

  it("at a mediated device", () => session("info-mtty", [`info ${uuid}`]));

  it("at a virtual display", () => session("info-mdpy", [`info ${exampleDisplay}`]));

  it("at a device with MSI-X and extended capabilities", () =>
    session("info-nvme", ["info 03:00.0"]));
});

describe("registers", () => {
  it("are read and written, by offset and by name", () =>
    session(
      "registers",
      [
        "read 00:05.0 bar0 0",
        "read 00:05.0 BAR0 id",
        "read 00:05.0 0 0x20",
        "read 00:05.0 bar0 status --json",
        "read 00:05.0 bar0 0x80 --width 64",
        "read 00:05.0 config 0 --width 16 --count 4",
        "read 00:05.0 bar0 irqRaise",
        "write 00:05.0 bar0 liveness 0x12345678",
        "read 00:05.0 bar0 liveness",
        "write 00:05.0 bar0 liveness 0xff --read-back",
        "write 00:05.0 bar0 factorial 10 --json",
        "read 00:05.0 bar0 factorial",
        "write 00:05.0 bar0 id 1",
        `write ${uuid} bar0 scratch 0x5a`,
        `read ${uuid} bar0 7 --width 8`,
      ],
      on(machine()),
    ));

  it("are dumped by name, and bytes as bytes", () =>
    session("dump", [
      "dump 00:05.0 bar0",
      "dump 00:05.0 bar0 --json",
      "dump 00:05.0 config",
      "dump 00:05.0 bar0 0x80 32",
      "dump 00:05.0 bar0 --raw",
      `dump ${uuid} bar0`,
      `dump ${uuid} config 0x40 64`,
    ]));
});

describe("a device", () => {
  it("is reset, if it can be", () => session("reset", ["reset 03:00.0", "reset 00:05.0"]));

  it("interrupts, or not in time", () =>
    session("irq-wait", [
      "irq wait 00:05.0 msi --trigger",
      "irq wait 03:00.0 msix --trigger --json",
      "irq wait 00:05.0 intx --timeout 1",
      "irq wait 00:05.0 msi --trigger --count 2 --timeout 1",
      "irq wait 00:05.0 msix",
      "irq wait 00:05.0 nmi",
      "irq wait 00:05.0 msi --count 0",
      "irq",
    ]));
});

describe("mediated devices", () => {
  it("are made, listed and removed", () =>
    session(
      "mdev",
      [
        `mdev start mtty-2 --parent mtty --uuid ${made}`,
        "mdev list",
        "mdev list --parent mdpy",
        "mdev types --parent mtty",
        `mdev start mtty-1 --uuid ${made}`,
        "mdev start mtty-7",
        "mdev start mtty-1 --parent 00:05.0",
        `mdev stop ${made}`,
        `mdev stop ${made}`,
        `mdev stop ${uuid} --json`,
      ],
      on(machine()),
    ));
});

describe("what goes wrong", () => {
  it("because VFIO does not have the device", () =>
    session("error-unbound", [
      "read 04:00.0 bar0 0",
      "dump 00:1f.0 config",
      "read 00:05.0 bar1 0",
      "read 0000:00:05.7 bar0 0",
      "info /sys/class/mdev_bus/mtty",
      "read 00:05.0 vga 0",
    ]));

  it("because the kernel uses another device of the group", async () => {
    const shared = machine();
    bindTo(shared, "0000:02:02.0", "uio_pci_generic");
    const lines = ["bind 02:01.0", "groups", "read 02:01.0 bar0 0", "bind 02:02.0"];
    await session("error-blocked", [...lines, "read 02:01.0 bar0 0"], on(shared));
  });

  it("because another process has the group", async () => {
    const held = machine();
    held.process({ command: "qemu-system-x86" }).open("/dev/vfio/5", 2);
    const lines = ["info 00:05.0", "unbind 00:05.0", "bind 00:05.0"];
    await session("error-held", lines, on(held));
  });

  it("because the user may not", () =>
    session(
      "error-permission",
      ["list --vfio", "info 00:05.0", "bind 04:00.0", "unbind 00:05.0", "mdev start mtty-1"],
      on(machine(), { uid: 1000 }),
    ));
});

describe("binding", () => {
  it("gives a device to VFIO and takes it back", () =>
    session(
      "binding",
      [
        "bind 04:00.0",
        "bind 04:00.0",
        "list --vfio",
        "unbind 04:00.0",
        "unbind 04:00.0",
        "bind 04:00.0 --driver nosuch",
        "bind 09:00.0",
        "unbind 00:05.0 --json",
      ],
      on(machine()),
    ));
});

describe("the tour", () => {
  it("shows VFIO at work", () => session("tour", ["tour"]));
  it("comes as JSON too", () => session("tour-json", ["tour --json"]));
});

describe("what the help shows", () => {
  const lines = catalogue.flatMap(({ examples }) => examples.map(([line]) => line));

  it.each(lines)("works: vfio %s", async (line) => {
    const argv = line.replace("screen.png", "/dev/null").split(" ");
    const { code, err } = await vfio(argv, { openKernel: each });
    expect({ code, err: err.replace(/^This runs on .*\n/, "") }).toEqual({ code: 0, err: "" });
  });
});
