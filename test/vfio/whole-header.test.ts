import { describe, expect, it } from "vitest";
import { Extension, type MigrationStream, pci, startMdev, unbind, Vfio } from "../../src/index.js";
import { simulateBound } from "../../src/vfio/simulate.js";
import { MTTY, machine, program } from "./bench.js";

const EDU = "0000:00:05.0";
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** The guest's machine: an edu on the root bus, two behind one bridge, an NVMe with MSI-X. */
const devices = [
  { model: "edu", address: EDU },
  { model: "pcie-root-port", address: "0000:00:06.0", secondaryBus: 1 },
  { model: "pcie-pci-bridge", address: "0000:01:00.0", secondaryBus: 2 },
  { model: "edu", address: "0000:02:01.0" },
  { model: "edu", address: "0000:02:02.0" },
  { model: "pcie-root-port", address: "0000:00:07.0", secondaryBus: 3 },
  { model: "nvme", address: "0000:03:00.0" },
] as const;

async function guest(options: { profile?: string; memlock?: number } = {}) {
  const { profile = "6.12", memlock } = options;
  const on = simulateBound({ profile, devices, clock: "manual" });
  const kernel = on.process({
    memlock: memlock ?? Number.POSITIVE_INFINITY,
    ...(memlock === undefined ? {} : { capabilities: [] }),
  });
  const files = () => [...kernel.process.files.entries()].length;
  return { machine: on, kernel, vfio: await Vfio.open({ kernel }), files };
}

describe("a hardware IOMMU", () => {
  it("has IOVA ranges, and IOVAs are chosen inside them", async () => {
    const { vfio } = await guest();
    await vfio.openDevice(EDU);
    const { container } = vfio;
    expect(container.info().iovaRanges).toEqual([
      { start: 0n, end: 0xfedf_ffffn },
      { start: 0xfef0_0000n, end: 0x7f_ffff_ffffn },
    ]);
    expect(container.checkExtension(Extension.UNMAP_ALL)).toBe(true);
    expect(container.checkExtension(Extension.SPAPR_TCE_IOMMU)).toBe(false);
    const memory = vfio.allocate(4096);
    vfio.dma.map(memory, { iova: 0xfedf_f000 });
    for (const iova of [0xfee0_0000, 2n ** 39n]) {
      expect(() => vfio.dma.map(memory, { iova })).toThrow(
        /EINVAL.*outside of what the IOMMU can map: 0x0-0xfedfffff, 0xfef00000-0x7fffffffff/s,
      );
    }
    await vfio.close();
  });

  it("counts every page as written", async () => {
    const { vfio } = await guest();
    await vfio.openDevice(EDU);
    const mapping = vfio.dma.map(vfio.allocate(3 * 4096));
    vfio.container.dirtyPages.start();
    expect([...vfio.container.dirtyPages.query(mapping.iova, mapping.size)]).toEqual([
      mapping.iova,
      mapping.iova + 4096n,
      mapping.iova + 8192n,
    ]);
    expect(vfio.dma.unmapDirty(mapping.iova, mapping.size).dirty.count).toBe(3);
    await vfio.close();
  });

  it("takes memory at a new address under an old mapping", async () => {
    const { vfio } = await guest();
    await vfio.openDevice(EDU);
    const mapping = vfio.dma.map(vfio.allocate(4096));
    expect(() => mapping.updateAddress(vfio.allocate(4096))).toThrow(/EINVAL/);
    mapping.invalidateAddress();
    expect(() => mapping.invalidateAddress()).toThrow(/EINVAL/);
    const moved = vfio.allocate(4096);
    mapping.updateAddress(moved);
    expect(mapping.source).toBe(moved);
    expect(() => mapping.updateAddress({ address: moved.address, length: 1 })).toThrow(RangeError);
    mapping.unmap();
    await vfio.close();
  });

  it("says how much memory may be locked, and how to have more", async () => {
    const { vfio } = await guest({ memlock: 64 * 1024 });
    await vfio.openDevice(EDU);
    vfio.dma.map(vfio.allocate(48 * 1024));
    expect(() => vfio.dma.map(vfio.allocate(32 * 1024))).toThrow(
      /ENOMEM.*80 KiB are needed in all, this process may lock 64 KiB.*prlimit --memlock=81920/s,
    );
    expect(vfio.dma.mappings).toHaveLength(1);
    await vfio.close();
  });
});

describe("a group that is not viable", () => {
  it("is refused, with the device that blocks it", async () => {
    const { vfio, machine: on, files } = await guest();
    const administrator = on.process();
    await unbind(administrator, "0000:02:02.0");
    administrator.sysfs.write(
      "/sys/bus/pci/devices/0000:02:02.0/driver_override",
      "uio_pci_generic",
    );
    administrator.sysfs.write("/sys/bus/pci/drivers_probe", "0000:02:02.0");
    const error = await vfio.openDevice("0000:02:01.0").catch((reason) => reason);
    expect(error.code).toBe("EPERM");
    expect(error.hint).toMatch(/not viable: 0000:02:02.0 is bound to uio_pci_generic/);
    await vfio.close();
    expect(files()).toBe(0);
  });
});

describe("MSI-X, reset and hot reset", () => {
  it("adds vectors while the others go on, where the kernel can", async () => {
    const { vfio } = await guest();
    const nvme = await vfio.openDevice("0000:03:00.0");
    const { msix } = nvme.interrupts;
    expect(msix.info).toMatchObject({ count: 65, noResize: false });
    const enabled = msix.enable(2);
    msix.trigger(1);
    expect(await enabled.once()).toEqual({ vector: 1, count: 1 });
    enabled.add(3);
    expect(enabled.count).toBe(5);
    msix.trigger(4);
    expect(await enabled.once()).toEqual({ vector: 4, count: 1 });
    await vfio.close();
  });

  it("does not, where it cannot, and loses nothing by trying", async () => {
    const { vfio, files } = await guest({ profile: "6.1" });
    const nvme = await vfio.openDevice("0000:03:00.0");
    const enabled = nvme.interrupts.msix.enable(2);
    const before = files();
    expect(() => enabled.add(1)).toThrow(/EINVAL/);
    expect([enabled.count, files()]).toEqual([2, before]);
    nvme.interrupts.msix.trigger(0);
    expect(await enabled.once()).toEqual({ vector: 0, count: 1 });
    await vfio.close();
  });

  it("resets a function that can be reset alone, and says what else to do with others", async () => {
    const { vfio } = await guest();
    const nvme = await vfio.openDevice("0000:03:00.0");
    expect(nvme.resettable).toBe(true);
    await nvme.reset();
    nvme.resetSync();
    const edu = await vfio.openDevice(EDU);
    expect(edu.resettable).toBe(false);
    await expect(edu.reset()).rejects.toThrow(/EINVAL.*hotReset/s);
    expect(() => edu.hotResetInfo()).toThrow(/ENODEV/);
    await expect(edu.hotReset()).rejects.toThrow(/ENODEV.*root bus/s);
    await vfio.close();
  });

  it("resets a bus with all that is on it", async () => {
    const { vfio } = await guest();
    const one = await vfio.openDevice("0000:02:01.0");
    expect(one.hotResetInfo().map(({ name, group }) => [name, group === one.group.id])).toEqual([
      ["0000:02:01.0", true],
      ["0000:02:02.0", true],
    ]);
    await one.hotReset();
    one.hotResetSync({ groups: [one.group] });
    await vfio.close();
  });

  it("closes what waits for a device that is reset only when that is through", async () => {
    const { vfio, files } = await guest();
    const nvme = await vfio.openDevice("0000:03:00.0");
    const reset = nvme.reset();
    expect(() => nvme.closeSync()).toThrow(/reset\(\) is still running/);
    await nvme.close();
    await reset;
    await vfio.close();
    expect(files()).toBe(0);
  });
});

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

describe("region.ioeventfd", () => {
  it("has the kernel write when it is signaled", async () => {
    const { vfio, files } = await guest();
    const device = await vfio.openDevice(EDU);
    const bar = device.region(pci.BAR0);
    const before = files();
    const knock = bar.ioeventfd({ offset: 4, width: 4, value: 0x1234 });
    knock.signal();
    await nextTurn();
    expect(bar.read32(4)).toBe(~0x1234 >>> 0);
    expect(() => bar.ioeventfd({ offset: 4, width: 4, value: 0x1234 })).toThrow(/EEXIST/);
    knock.closeSync();
    expect(files()).toBe(before);
    for (const wrong of [
      { offset: -4 },
      { offset: 0.5 },
      { offset: 2 ** 20 },
      { value: 2 ** 32 },
      { width: 3 },
    ]) {
      const options = { offset: 4, width: 4, value: 1, ...wrong } as never;
      expect(() => bar.ioeventfd(options)).toThrow(RangeError);
    }
    expect(files()).toBe(before);
    await vfio.close();
  });
});

describe("device.lowPower", () => {
  it("takes BARs away until it is left", async () => {
    const { vfio } = await guest();
    const device = await vfio.openDevice("0000:03:00.0");
    const bar = device.region(pci.BAR0);
    bar.read32(0);
    device.lowPower.enter();
    expect(() => bar.read32(0)).toThrow(/EIO/);
    device.lowPower.exit();
    bar.read32(0);
    expect(() => device.lowPower.enterWithWakeup(9999)).toThrow(/EBADF/);
    for (const wrong of [-1, 0.5, Number.NaN]) {
      expect(() => device.lowPower.enterWithWakeup(wrong)).toThrow(RangeError);
    }
    await vfio.close();
  });
});

describe("device.migration", () => {
  it("moves a device's state into another one", async () => {
    const on = machine({ profile: "6.12" });
    const { vfio, files } = await program(on);
    const source = await vfio.openDevice(MTTY);
    const { migration } = source;
    expect(migration.support).toEqual({ stopCopy: true, peerToPeer: true, preCopy: true });
    expect([migration.state, migration.dataSize]).toEqual(["running", 96n]);
    source.region(pci.BAR0).write8(7, 0x77);
    const pre = migration.setState("pre-copy") as MigrationStream;
    expect(pre.precopyInfo().dirtyBytes).toBe(0n);
    expect(migration.setState("stop-copy")).toBeUndefined();
    const state = Buffer.concat([...pre.chunks()]);
    expect(state.length).toBe(96);
    const administrator = on.process();
    const uuid = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1003";
    startMdev(administrator, { type: "mtty-2", uuid });
    const target = await vfio.openDevice(uuid);
    const resume = target.migration.setState("resuming") as MigrationStream;
    resume.write(state);
    target.migration.setState("running");
    expect(target.region(pci.BAR0).read8(7)).toBe(0x77);
    expect(() => migration.setState("nonsense" as never)).toThrow(TypeError);
    await vfio.close();
    expect(files()).toBe(0);
  });

  it("is undefined for a device that cannot be migrated", async () => {
    const { vfio } = await guest();
    const device = await vfio.openDevice(EDU);
    expect(device.migration.support).toBeUndefined();
    expect(() => device.migration.state).toThrow(/ENOTTY/);
    await vfio.close();
  });
});

describe("device.dmaLogging", () => {
  it("starts, reports nothing for mtty, stops", async () => {
    const { vfio } = await program(machine({ profile: "6.12" }));
    const { dmaLogging } = await vfio.openDevice(MTTY);
    expect(dmaLogging.supported).toBe(true);
    dmaLogging.start([{ iova: 0, size: 0x10000 }]);
    expect(() => dmaLogging.report(0, 0x10000)).toThrow(/EOPNOTSUPP/);
    dmaLogging.stop();
    for (const wrong of [[], new Array(257).fill({ iova: 0, size: 4096 })]) {
      expect(() => dmaLogging.start(wrong)).toThrow(RangeError);
    }
    expect(() => dmaLogging.start({} as never)).toThrow(TypeError);
    await vfio.close();
  });
});

describe("device.display", () => {
  it("shows mdpy's framebuffer in a region", async () => {
    const on = machine();
    const administrator = on.process();
    const { name } = startMdev(administrator, { type: "mdpy-vga" });
    const { vfio } = await program(on);
    const device = await vfio.openDevice(name);
    expect(device.display.modes).toEqual(["region"]);
    const plane = device.display.plane("region");
    expect(plane).toMatchObject({ format: "XR24", width: 640, height: 480, stride: 2560 });
    const picture = device.region(plane?.source ?? 0);
    expect(picture.read(0, 4)).toEqual(new Uint8Array(4));
    expect(picture.read32(479 * 2560)).toBe(0xfefefefe);
    expect(() => device.display.plane("dmabuf")).toThrow(/EINVAL/);
    await vfio.close();
  });

  it("is nothing for a device without a screen", async () => {
    const { vfio } = await guest();
    const device = await vfio.openDevice(EDU);
    expect(device.display.modes).toEqual([]);
    expect(() => device.display.plane("region")).toThrow(/ENOTTY/);
    await vfio.close();
  });
});
