// Goal: the tour leaves a machine as it found it, whatever happens on the way, and shows what is
// there of its two devices.

import { describe, expect, it, vi } from "vitest";
import type { CommandContext } from "../../src/cli/command.js";
import { paint } from "../../src/cli/text/paint.js";
import { differences, snapshot } from "../../src/cli/tour/snapshot.js";
import { takeTour } from "../../src/cli/tour/take-tour.js";
import { gated } from "../../src/gate/index.js";
import { Errno, VfioError } from "../../src/index.js";
import { guestFixtures } from "../../src/simulator/fixtures.js";
import type { SimulatedKernel, SimulatedMachine } from "../../src/simulator/index.js";
import { unloadMdevSample } from "../../src/simulator/mdev/index.js";
import { mdevDevices, pciDevice } from "../../src/sysfs/index.js";
import { Vfio as Requests } from "../../src/uapi/requests.js";
import { simulate } from "../../src/vfio/simulate.js";
import { vfio } from "./command-line.js";
import { bindTo, exampleAddress, machine, on } from "./machines.js";

/** Takes the tour in a process of this machine; what it printed, and what became of it. */
async function tourOn(process: SimulatedKernel, signal = new AbortController().signal) {
  let printed = "";
  const kernel = gated(process);
  const context: CommandContext = {
    kernel,
    signal,
    paint: paint(false),
    json: false,
    note: () => {},
    print: (text) => {
      printed += text;
    },
  };
  const result = await takeTour(context).catch((error: unknown) => error as Error);
  return { result, printed, kernel };
}

/** Nothing of the process is open, and the machine is as it was. */
function expectNothingLeft(process: SimulatedKernel, before: ReturnType<typeof snapshot>): void {
  expect([...process.process.files.entries()]).toEqual([]);
  expect(process.mappings.size).toBe(0);
  expect(process.process.lockedMemory.locked).toBe(0);
  expect(differences(before, snapshot(process))).toEqual([]);
}

function fresh(): { made: SimulatedMachine; process: SimulatedKernel } {
  const made = machine({ fresh: true });
  return { made, process: made.process() };
}

/** Lets every ioctl of this kind fail. */
function fail(process: SimulatedKernel, request: number, errno: number): void {
  const ioctl = process.ioctl.bind(process);
  vi.spyOn(process, "ioctl").mockImplementation((fd, number, argument) => {
    if (number !== request) return ioctl(fd, number, argument);
    throw new VfioError({ errno, syscall: "ioctl" });
  });
}

describe("the tour", () => {
  it.each(["6.1", "6.12", "7.2"])("leaves nothing behind on %s", async (profile) => {
    const process = machine({ fresh: true, profile }).process();
    const before = snapshot(process);
    const { result } = await tourOn(process);
    expect(result).toMatchObject({ edu: { factorial: 3628800, copied: 4096 }, left: [] });
    expectNothingLeft(process, before);
  });

  it("works in real time too", async () => {
    const process = simulate({ devices: guestFixtures, clock: "real-time" }).process();
    expect((await tourOn(process)).result).toMatchObject({ left: [] });
  });

  it("gives edu back to the driver that had it, or leaves it with vfio-pci", async () => {
    for (const driver of ["uio_pci_generic", "vfio-pci"]) {
      const { made, process } = fresh();
      bindTo(made, exampleAddress, driver);
      const { result } = await tourOn(process);
      expect(result).toMatchObject({ left: [] });
      expect(pciDevice(process, exampleAddress)).toMatchObject({
        driver,
        driverOverride: undefined,
      });
    }
  });

  it("passes by an edu whose group the kernel uses", async () => {
    const { made, process } = fresh();
    bindTo(made, "0000:02:02.0", "uio_pci_generic");
    const { result } = await tourOn(process);
    expect(result).toMatchObject({ edu: { device: exampleAddress } });
  });
});

describe("a machine that has less", () => {
  it("shows the mediated device alone", async () => {
    const process = simulate({ devices: [], clock: "manual" }).process();
    expect((await tourOn(process)).result).toMatchObject({ edu: null, mtty: { type: "mtty-1" } });
  });

  it("shows the PCI device alone", async () => {
    const { made, process } = fresh();
    unloadMdevSample(made, "mtty");
    expect((await tourOn(process)).result).toMatchObject({ edu: {}, mtty: null });
  });

  it("is told how to see all of it when it has neither", async () => {
    const made = simulate({ devices: [], clock: "manual" });
    unloadMdevSample(made, "mtty");
    const { code, err } = await vfio(["tour"], { openKernel: on(made) });
    expect(code).toBe(1);
    expect(err).toMatch(/neither an edu PCI device nor the mtty driver.*\n.*--kernel simulated/);
  });
});

describe("a tour that goes wrong", () => {
  it.each([
    ["GROUP_SET_CONTAINER", "EPERM"],
    ["GROUP_GET_DEVICE_FD", "ENOMEM"],
    ["DEVICE_SET_IRQS", "ENOSPC"],
    ["IOMMU_MAP_DMA", "ENOMEM"],
    ["IOMMU_UNMAP_DMA", "EINVAL"],
  ] as const)("at %s takes down what it had set up", async (request, code) => {
    const { process } = fresh();
    const before = snapshot(process);
    fail(process, Requests[request], Errno[code]);
    const { result } = await tourOn(process);
    expect(result).toMatchObject({ code });
    expectNothingLeft(process, before);
    expect(pciDevice(process, exampleAddress).driver).toBeUndefined();
    expect(mdevDevices(process)).toEqual([]);
  });

  it("because the user has had enough, too", async () => {
    const { process } = fresh();
    const before = snapshot(process);
    const interrupt = new AbortController();
    const touring = tourOn(process, interrupt.signal);
    interrupt.abort();
    expect((await touring).result).toMatchObject({ name: "AbortError" });
    expectNothingLeft(process, before);
    expect(pciDevice(process, exampleAddress).driver).toBeUndefined();
  });

  it("is an exit code of its own when interrupted", async () => {
    const signal = AbortSignal.abort();
    const { code, err } = await vfio(["tour"], {
      openKernel: on(machine({ fresh: true })),
      signal,
    });
    expect(code).toBe(130);
    expect(err).toMatch(/Interrupted\.\n$/);
  });

  it("says what it needs without root", async () => {
    const openKernel = on(machine({ fresh: true }), { uid: 1000 });
    const { code, err } = await vfio(["tour"], { openKernel });
    expect(code).toBe(1);
    expect(err).toMatch(/Only root may change this: run it with sudo/);
  });
});
