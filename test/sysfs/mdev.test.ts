// Goal: mediated devices are found, made and removed through sysfs alone, and what cannot be made
// or removed says why and leaves everything as it was.

import { describe, expect, it } from "vitest";
import { SimulatedMachine } from "../../src/simulator/index.js";
import { loadMdevSamples } from "../../src/simulator/mdev/index.js";
import {
  deviceAt,
  findDevice,
  mdevDevice,
  mdevDevices,
  mdevParentNames,
  mdevTypes,
  startMdev,
  stopMdev,
} from "../../src/sysfs/index.js";

const id = "00000000-0000-4000-8000-000000000001";
const other = "00000000-0000-4000-8000-000000000002";

function machineWithSamples() {
  const machine = new SimulatedMachine();
  loadMdevSamples(machine);
  return { machine, kernel: machine.process() };
}

describe("types", () => {
  it("are those that all parents offer, with what is left of each", () => {
    const { kernel } = machineWithSamples();
    expect(mdevParentNames(kernel)).toEqual(["mbochs", "mdpy", "mtty"]);
    const [first] = mdevTypes(kernel, { parent: "mtty" });
    expect(first).toEqual({
      parent: "mtty",
      id: "mtty-1",
      path: "/sys/class/mdev_bus/mtty/mdev_supported_types/mtty-1",
      name: "Single port serial",
      deviceApi: "vfio-pci",
      available: 24,
      description: undefined,
      devices: [],
    });
    expect(mdevTypes(kernel).map((type) => type.id)).toContain("mdpy-xga");
  });

  it("are none where nothing makes mediated devices", () => {
    const kernel = new SimulatedMachine().process();
    expect(mdevTypes(kernel)).toEqual([]);
    expect(mdevDevices(kernel)).toEqual([]);
    expect(() => startMdev(kernel, { type: "mtty-1" })).toThrow(/load a driver that makes them/);
  });
});

describe("a mediated device", () => {
  it("is there once it is made, and counted", () => {
    const { kernel } = machineWithSamples();
    const made = startMdev(kernel, { type: "mtty-2", uuid: id.toUpperCase() });
    expect(made).toMatchObject({ kind: "mdev", name: id, parent: "mtty", type: "mtty-2" });
    expect(made).toMatchObject({ driver: "mtty", group: 0, vfio: true });
    expect(mdevDevices(kernel)).toEqual([made]);
    expect(mdevDevices(kernel, { parent: "mdpy" })).toEqual([]);
    expect(findDevice(kernel, id.toUpperCase())).toEqual(made);
    expect(deviceAt(kernel, made.path)).toEqual(made);
    const [one, two] = mdevTypes(kernel, { parent: "mtty" });
    expect([one?.available, two?.available, two?.devices]).toEqual([22, 11, [id]]);
  });

  it("gets a random UUID unless it is told one", () => {
    const { kernel } = machineWithSamples();
    const names = [1, 2].map(() => startMdev(kernel, { type: "mtty-1" }).name);
    expect(new Set(names).size).toBe(2);
  });

  it("goes, and its group and node with it", async () => {
    const { kernel } = machineWithSamples();
    const made = startMdev(kernel, { type: "mtty-1", uuid: id });
    expect(kernel.system.stat("/dev/vfio/0")).toBeDefined();
    await stopMdev(kernel, made);
    expect(mdevDevices(kernel)).toEqual([]);
    expect(kernel.system.stat("/dev/vfio/0")).toBeUndefined();
    expect(() => mdevDevice(kernel, id)).toThrow(expect.objectContaining({ code: "ENOENT" }));
  });
});

describe("what cannot be made", () => {
  it.each([
    [{ type: "mtty-3" }, "ENODEV", /No parent offers type mtty-3. Did you mean mtty-1/],
    [{ type: "mtty-1", parent: "mtyt" }, "ENODEV", /Parents: mbochs, mdpy, mtty/],
    [{ type: "mdpy-hd", parent: "mtty" }, "ENODEV", /mtty does not offer type mdpy-hd/],
    [{ type: "mtty-1", uuid: id }, "EEXIST", /exists already, or is still being removed/],
  ] as const)("%j is %s with the reason", (options, code, hint) => {
    const { kernel } = machineWithSamples();
    startMdev(kernel, { type: "mtty-1", uuid: id });
    const before = mdevTypes(kernel);
    expect(() => startMdev(kernel, options)).toThrow(
      expect.objectContaining({ code, hint: expect.stringMatching(hint) }),
    );
    expect(mdevTypes(kernel)).toEqual(before);
  });

  it("for lack of instances says who has them", () => {
    const { kernel } = machineWithSamples();
    for (let made = 0; made < 12; made++) startMdev(kernel, { type: "mtty-2" });
    expect(() => startMdev(kernel, { type: "mtty-1" })).toThrow(
      expect.objectContaining({ code: "ENOSPC", hint: expect.stringMatching(/vfio mdev stop/) }),
    );
  });

  it("is no system call at all for what is not a UUID", () => {
    const { kernel } = machineWithSamples();
    expect(() => startMdev(kernel, { type: "mtty-1", uuid: "uuid" })).toThrow(TypeError);
  });

  it("without root says so", () => {
    const { machine } = machineWithSamples();
    const kernel = machine.process({ uid: 1000 });
    expect(() => startMdev(kernel, { type: "mtty-1" })).toThrow(
      expect.objectContaining({ code: "EACCES", hint: expect.stringMatching(/sudo/) }),
    );
  });
});

describe("what cannot be removed", () => {
  it("because another process holds its group, names that process", async () => {
    const { machine, kernel } = machineWithSamples();
    const made = startMdev(kernel, { type: "mtty-1", uuid: id });
    const holder = machine.process({ command: "qemu" });
    holder.open("/dev/vfio/0", 2);
    const hint = `/dev/vfio/0 is held by qemu (pid ${holder.system.pid()}): end that first.`;
    await expect(stopMdev(kernel, made)).rejects.toMatchObject({ code: "EBUSY", hint });
    expect(mdevDevices(kernel)).toEqual([made]);
    // Nobody has the device itself open: the kernel would not wait.
    await stopMdev(kernel, made, { force: true });
    expect(mdevDevices(kernel)).toEqual([]);
  });

  it("because this process holds it, is refused before it can hang for ever", async () => {
    const { kernel } = machineWithSamples();
    const made = startMdev(kernel, { type: "mtty-1", uuid: id });
    kernel.open("/dev/vfio/0", 2);
    const refusal = { code: "EDEADLK", hint: expect.stringMatching(/close the device first/) };
    await expect(stopMdev(kernel, made)).rejects.toMatchObject(refusal);
    await expect(stopMdev(kernel, made, { force: true })).rejects.toMatchObject(refusal);
  });

  it("is not there any more", async () => {
    const { kernel } = machineWithSamples();
    const made = startMdev(kernel, { type: "mtty-1", uuid: other });
    await stopMdev(kernel, made);
    await expect(stopMdev(kernel, made)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
