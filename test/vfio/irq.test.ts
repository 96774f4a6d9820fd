import { describe, expect, it } from "vitest";
import { pci, unbind } from "../../src/index.js";
import { EDU, guest } from "./bench.js";

describe("irq.unmaskBy", () => {
  it("unmasks when the eventfd is signaled", async () => {
    const { vfio } = await guest();
    const device = await vfio.openDevice(EDU);
    const edu = device.region(pci.BAR0);
    const { intx } = device.interrupts;
    const enabled = intx.enable();
    const resample = vfio.eventfd();
    intx.unmaskBy(resample.fd);
    expect(() => intx.unmaskBy(resample.fd)).toThrow(/EBUSY/);
    edu.write32(0x60, 1);
    expect(await enabled.once()).toEqual({ vector: 0, count: 1 });
    // Still asserted: unmasking signals again.
    resample.signal();
    expect(await enabled.once()).toEqual({ vector: 0, count: 1 });
    edu.write32(0x64, 1);
    intx.unmaskBy(-1);
    resample.closeSync();
    await vfio.close();
  });
});

describe("device.requested", () => {
  it("aborts when somebody wants the device back", async () => {
    const { vfio, machine: on } = await guest();
    const device = await vfio.openDevice(EDU);
    const { requested } = device;
    expect(requested.aborted).toBe(false);
    const msi = device.interrupts.msi.enable();
    const waiting = msi.once({ signal: requested }).catch((reason) => reason);
    requested.addEventListener("abort", () => void device.close());
    const administrator = on.process({ command: "vfio" });
    await unbind(administrator, EDU, { force: true });
    expect(await waiting).toMatchObject({ code: "ERR_VFIO_DEVICE_REQUESTED" });
    expect(device.closed).toBe(true);
    await vfio.close();
  });

  it("leaves the interrupt to those who want it themselves", async () => {
    const { vfio } = await guest();
    const device = await vfio.openDevice(EDU, { watchRequest: false });
    using req = device.interrupts.req.enable();
    device.interrupts.req.trigger();
    expect(await req.once()).toEqual({ vector: 0, count: 1 });
    await vfio.close();
  });
});
