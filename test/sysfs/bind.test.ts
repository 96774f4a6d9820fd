// Goal: a device goes to VFIO and back whole: verified when it works, put back when it does not.

import { describe, expect, it, vi } from "vitest";
import { Errno } from "../../src/errno.js";
import { VfioError } from "../../src/errors.js";
import type { SimulatedKernel } from "../../src/simulator/index.js";
import { setDriverOverride } from "../../src/sysfs/binding.js";
import { bind, pciDevice, unbind } from "../../src/sysfs/index.js";
import { Vfio } from "../../src/vfio/index.js";
import { bindTo, guestMachine } from "./machine.js";

const edu = "0000:00:05.0";
const uio = "uio_pci_generic";

/** Lets some writes of this kernel's sysfs answer differently. */
function changeWrites(
  kernel: SimulatedKernel,
  answer: (path: string, go: () => number) => number,
): void {
  const { sysfs } = kernel;
  const write = sysfs.write.bind(sysfs);
  vi.spyOn(sysfs, "write").mockImplementation((path, data) =>
    answer(path, () => write(path, data)),
  );
}

function refuse(errno: number, path: string): never {
  throw new VfioError({ errno, syscall: "write", path });
}

describe("bind", () => {
  it("gives an unbound device to vfio-pci", async () => {
    const kernel = guestMachine().process();
    const { device, group, before, changed } = await bind(kernel, edu);
    expect(device).toMatchObject({ driver: "vfio-pci", driverOverride: "vfio-pci", vfio: true });
    expect(group).toMatchObject({ id: 5, node: "/dev/vfio/5" });
    expect(before.driver).toBeUndefined();
    expect(changed).toBe(true);
    await using vfio = await Vfio.open({ kernel });
    expect((await vfio.openDevice(edu)).region(0).read32(0)).toBe(0x010000ed);
  });

  it("takes it from the driver that has it", async () => {
    const machine = guestMachine();
    bindTo(machine, edu, uio);
    const { device, before } = await bind(machine.process(), edu);
    expect([before.driver, device.driver]).toEqual([uio, "vfio-pci"]);
  });

  it("does nothing when it is there already", async () => {
    const kernel = guestMachine().process();
    await bind(kernel, edu);
    expect(await bind(kernel, edu)).toMatchObject({ changed: false });
  });

  it.each([
    ["0000:0f:00.0", {}, "ENOENT", undefined],
    ["0000:00:01.0", {}, "EINVAL", /A bridge cannot be bound/],
    [edu, { driver: "mlx5_vfio_pci" }, "ENOENT", /modprobe mlx5_vfio_pci/],
  ])("refuses %s %j with %s", async (address, options, code, hint) => {
    const kernel = guestMachine().process();
    const refusal = bind(kernel, address, options);
    await expect(refusal).rejects.toMatchObject({ code });
    if (hint !== undefined) await expect(refusal).rejects.toThrow(hint);
  });
});

describe("a bind that fails", () => {
  it.each([undefined, uio])("puts everything back, an override of %s too", async (override) => {
    const machine = guestMachine();
    bindTo(machine, edu, uio);
    const kernel = machine.process();
    setDriverOverride(kernel, edu, override);
    const before = pciDevice(kernel, edu);
    // The device answers no more: vfio-pci's probe fails, and drivers_probe hides it.
    changeWrites(kernel, (path, go) => {
      if (path.endsWith("drivers_probe")) return edu.length;
      return path.endsWith("vfio-pci/bind") ? refuse(Errno.EIO, path) : go();
    });
    await expect(bind(kernel, edu)).rejects.toMatchObject({
      code: "EIO",
      hint: expect.stringMatching(/Everything is as it was\.$/),
    });
    expect(pciDevice(kernel, edu)).toEqual(before);
  });

  it("says what could not be put back", async () => {
    const machine = guestMachine();
    bindTo(machine, edu, uio);
    const kernel = machine.process();
    changeWrites(kernel, (path, go) => {
      if (path.endsWith("drivers_probe")) return edu.length;
      return path.endsWith("/bind") ? refuse(Errno.EBUSY, path) : go();
    });
    await expect(bind(kernel, edu)).rejects.toMatchObject({
      hint: expect.stringMatching(/Could not be put back: driver uio_pci_generic \(EBUSY/),
    });
    expect(pciDevice(kernel, edu)).toMatchObject({ driver: undefined, driverOverride: undefined });
  });

  it("for lack of rights changes nothing", async () => {
    const machine = guestMachine();
    const kernel = machine.process({ uid: 1000 });
    const before = pciDevice(kernel, edu);
    await expect(bind(kernel, edu)).rejects.toMatchObject({
      code: "EACCES",
      hint: "Only root may change this: run it with sudo. Everything is as it was.",
    });
    expect(pciDevice(kernel, edu)).toEqual(before);
  });
});

describe("unbind", () => {
  it("gives the device back to whichever driver wants it, or to none", async () => {
    const kernel = guestMachine().process();
    await bind(kernel, edu);
    const { device, changed } = await unbind(kernel, edu);
    expect(device).toMatchObject({ driver: undefined, driverOverride: undefined, vfio: false });
    expect(changed).toBe(true);
    expect(kernel.system.stat("/dev/vfio/5")).toBeUndefined();
    expect(await unbind(kernel, edu)).toMatchObject({ changed: false });
  });

  it("lifts an override that nothing came of", async () => {
    const kernel = guestMachine().process();
    kernel.sysfs.write(`/sys/bus/pci/devices/${edu}/driver_override`, "vfio-pci");
    await unbind(kernel, edu);
    expect(pciDevice(kernel, edu).driverOverride).toBeUndefined();
  });

  it("leaves a device alone that VFIO does not have", async () => {
    const machine = guestMachine();
    bindTo(machine, edu, uio);
    const refusal = unbind(machine.process(), edu);
    await expect(refusal).rejects.toMatchObject({ code: "EINVAL" });
    await expect(refusal).rejects.toThrow(/is with uio_pci_generic, which is not a VFIO driver/);
  });

  it("refuses a device that somebody has, until forced, then does not wait for ever", async () => {
    const machine = guestMachine();
    bindTo(machine, edu, "vfio-pci");
    const holder = await Vfio.open({ kernel: machine.process({ command: "qemu" }) });
    const held = await holder.openDevice(edu);
    const kernel = machine.process();
    await expect(unbind(kernel, edu)).rejects.toMatchObject({
      code: "EBUSY",
      hint: expect.stringMatching(/held by qemu \(pid \d+\)/),
    });
    await expect(unbind(kernel, edu, { force: true, timeout: 100 })).rejects.toMatchObject({
      code: "ETIMEDOUT",
      hint: expect.stringMatching(/Still in use after 100 ms, by qemu/),
    });
    expect(held.region(0).read32(0)).toBe(0x010000ed);
    await holder.close();
    expect(pciDevice(kernel, edu).driver).toBeUndefined();
  });

  it("refuses a device that this very process has open", async () => {
    const machine = guestMachine();
    bindTo(machine, edu, "vfio-pci");
    const kernel = machine.process();
    await using vfio = await Vfio.open({ kernel });
    await vfio.openDevice(edu);
    await expect(unbind(kernel, edu, { force: true })).rejects.toMatchObject({ code: "EDEADLK" });
  });
});
