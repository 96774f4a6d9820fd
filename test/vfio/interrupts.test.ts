import { describe, expect, it } from "vitest";
import { BusyError, ClosedError, type Device, pci } from "../../src/index.js";
import { MTTY, machine, program } from "./bench.js";

const IER = 1;
const DATA = 0;
const FCR = 2;

/** mtty of Linux 6.12: INTx masks itself, MSI does not. */
async function uart() {
  const started = await program(machine({ profile: "6.12" }));
  const device = await started.vfio.openDevice(MTTY);
  const bar = device.region(pci.BAR0);
  bar.write8(FCR, 0x07);
  bar.write8(IER, 0x01);
  return { ...started, device, interrupt: () => bar.write8(DATA, 0x41), ...drain(device) };
}

function drain(device: Device) {
  return { drain: () => void device.region(pci.BAR0).read8(DATA) };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("interrupts.msi", () => {
  it("says what the device has", async () => {
    const { vfio, device } = await uart();
    expect(device.interrupts.msi.info).toEqual({
      index: pci.irq.MSI,
      count: 1,
      eventfd: true,
      maskable: false,
      automasked: false,
      noResize: true,
    });
    expect(device.interrupts.all().map(({ name }) => name)).toEqual(["INTX", "MSI"]);
    await vfio.close();
  });

  it("arrives at those who wait: once, for await, on", async () => {
    const { vfio, device, interrupt, drain } = await uart();
    const msi = device.interrupts.msi.enable(1);
    interrupt();
    expect(await msi.once()).toEqual({ vector: 0, count: 1 });
    drain();
    const waiting = msi.once();
    interrupt();
    expect(await waiting).toEqual({ vector: 0, count: 1 });
    drain();
    let seen = 0;
    setImmediate(interrupt);
    for await (const { count } of msi) {
      seen += count;
      drain();
      if (seen === 3) break;
      setImmediate(interrupt);
    }
    expect(seen).toBe(3);
    const heard: number[] = [];
    const stop = msi.on(({ count }) => heard.push(count));
    interrupt();
    await nextTurn();
    await nextTurn();
    stop();
    expect(heard).toEqual([1]);
    await vfio.close();
  });

  it("counts what nobody waits for", async () => {
    const { vfio, device, interrupt, drain } = await uart();
    using msi = device.interrupts.msi.enable();
    for (let i = 0; i < 5; i++) {
      interrupt();
      drain();
      if (i % 2 === 0) await nextTurn();
    }
    await nextTurn();
    expect(msi.take()).toEqual({ vector: 0, count: 5 });
    expect(msi.take()).toBeUndefined();
    await vfio.close();
  });

  it("ends a wait: by the signal, by disposal; a loop ends with it", async () => {
    const { vfio, device } = await uart();
    const msi = device.interrupts.msi.enable();
    await expect(msi.once({ signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
    const waiting = msi.once();
    const loop = (async () => {
      for await (const _ of msi) throw new Error("nothing happened");
      return "ended";
    })();
    msi.closeSync();
    await expect(waiting).rejects.toThrow(ClosedError);
    expect(await loop).toBe("ended");
    await expect(msi.once()).rejects.toThrow(ClosedError);
    await vfio.close();
  });

  it("is enabled once at a time, and again after disposal", async () => {
    const { vfio, device, files } = await uart();
    const before = files();
    const { msi, intx } = device.interrupts;
    const first = msi.enable();
    expect(msi.enabled).toBe(first);
    expect(() => msi.enable()).toThrow(BusyError);
    expect(() => intx.enable()).toThrow(/EINVAL.*MSI is enabled; a device has one kind/s);
    await first.close();
    await first.close();
    expect(msi.enabled).toBeUndefined();
    intx.enable().closeSync();
    msi.enable().closeSync();
    expect(files()).toBe(before);
    await vfio.close();
  });

  it("refuses more vectors than there are, and what is no number", async () => {
    const { vfio, device, files } = await uart();
    const before = files();
    const { msi, msix } = device.interrupts;
    for (const count of [2, 0, -1, 1.5, Number.NaN, 2 ** 40]) {
      expect(() => msi.enable(count)).toThrow(RangeError);
    }
    expect(() => msi.enable("1" as never)).toThrow(TypeError);
    expect(() => msix.enable()).toThrow();
    expect(() => device.interrupts.irq(-1)).toThrow(RangeError);
    expect(files()).toBe(before);
    await vfio.close();
  });

  it("can be signaled by hand", async () => {
    const { vfio, device } = await uart();
    const { msi } = device.interrupts;
    const enabled = msi.enable();
    msi.trigger();
    expect(await enabled.once()).toEqual({ vector: 0, count: 1 });
    expect(() => msi.mask()).toThrow(/ENOTTY/);
    await vfio.close();
  });
});

describe("interrupts.intx", () => {
  it("is unmasked when the next event is asked for, not before", async () => {
    const { vfio, device, interrupt, drain } = await uart();
    const intx = device.interrupts.intx.enable();
    interrupt();
    expect(await intx.once()).toEqual({ vector: 0, count: 1 });
    drain();
    interrupt();
    await nextTurn();
    expect(intx.take()).toBeUndefined();
    drain();
    const waiting = intx.once();
    interrupt();
    expect(await waiting).toEqual({ vector: 0, count: 1 });
    await vfio.close();
  });

  it("is unmasked when a listener is through, or its promise", async () => {
    const { vfio, device, interrupt, drain } = await uart();
    const intx = device.interrupts.intx.enable();
    let release = () => {};
    let seen = 0;
    intx.on(() => {
      seen += 1;
      drain();
      if (seen > 1) return undefined;
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    interrupt();
    await nextTurn();
    interrupt();
    drain();
    await nextTurn();
    expect(seen).toBe(1);
    release();
    await nextTurn();
    interrupt();
    await nextTurn();
    await nextTurn();
    expect(seen).toBe(2);
    await vfio.close();
  });

  it("is masked and unmasked by hand", async () => {
    const { vfio, device, interrupt, drain } = await uart();
    const { intx } = device.interrupts;
    const enabled = intx.enable();
    intx.mask();
    interrupt();
    drain();
    await nextTurn();
    expect(enabled.take()).toBeUndefined();
    intx.unmask();
    interrupt();
    expect(await enabled.once()).toEqual({ vector: 0, count: 1 });
    await vfio.close();
  });
});
