import { afterAll, describe, expect, it } from "vitest";
import {
  BusyError,
  ClosedError,
  type Container,
  type Device,
  type Group,
  pci,
  Vfio,
} from "../../src/index.js";
import { smallMachine } from "../../src/simulator/fixtures.js";
import { simulateBound } from "../../src/vfio/simulate.js";

/**
 * Every public method x open, closed, parent closed, busy. A method that is not in the table fails
 * the test, so that a new one is not forgotten.
 */

const ADDRESS = "0000:00:05.0";

interface Objects {
  vfio: Vfio;
  container: Container;
  group: Group;
  device: Device;
  files(): number;
}

async function opened(): Promise<Objects> {
  const machine = simulateBound({ clock: "manual", profile: "6.12", devices: smallMachine });
  const kernel = machine.process();
  const vfio = await Vfio.open({ kernel });
  const device = await vfio.openDevice(ADDRESS);
  const files = () => [...kernel.process.files.entries()].length;
  return { vfio, container: vfio.container, group: device.group, device, files };
}

type Call<T> = (target: T, objects: Objects) => unknown;

/** What needs an open object. */
const vfioCalls: Record<string, Call<Vfio>> = {
  openDevice: (vfio) => vfio.openDevice(ADDRESS),
  openDeviceSync: (vfio) => vfio.openDeviceSync(ADDRESS).closeSync(),
  openGroup: (vfio, { group }) => vfio.openGroup(group.id),
  openGroupSync: (vfio, { group }) => vfio.openGroupSync(group.id),
  openContainer: async (vfio) => (await vfio.openContainer()).close(),
  openContainerSync: (vfio) => vfio.openContainerSync().closeSync(),
  allocate: (vfio) => vfio.allocate(4096).free(),
  eventfd: (vfio) => vfio.eventfd().closeSync(),
  container: (vfio) => vfio.container,
  dma: (vfio) => vfio.dma,
};

const containerCalls: Record<string, Call<Container>> = {
  fd: (container) => container.fd,
  apiVersion: (container) => container.apiVersion(),
  checkExtension: (container) => container.checkExtension(1),
  info: (container) => container.info(),
  unsafeIoctl: (container) => container.unsafeIoctl(0x3b64, 0),
  "dma.map": (container, { vfio }) => {
    const memory = vfio.closed ? { address: 0n, length: 4096 } : vfio.allocate(4096);
    return container.dma.map(memory).unmap();
  },
  "dma.unmap": (container) => container.dma.unmap(0, 4096),
  "dma.unmapAll": (container) => container.dma.unmapAll(),
  "dma.unmapDirty": (container) => {
    container.dirtyPages.start();
    return container.dma.unmapDirty(0, 4096);
  },
  "dirtyPages.start": (container) => container.dirtyPages.start(),
  "dirtyPages.stop": (container) => container.dirtyPages.stop(),
  "dirtyPages.query": (container) => {
    container.dirtyPages.start();
    return container.dirtyPages.query(0, 4096);
  },
};

const groupCalls: Record<string, Call<Group>> = {
  fd: (group) => group.fd,
  status: (group) => group.status(),
  openDevice: (group) => group.openDevice(ADDRESS),
  openDeviceSync: (group) => group.openDeviceSync(ADDRESS).closeSync(),
  unsafeIoctl: (group) => group.unsafeIoctl(0x3b67, new Uint8Array([8, 0, 0, 0, 0, 0, 0, 0])),
};

const deviceCalls: Record<string, Call<Device>> = {
  fd: (device) => device.fd,
  region: (device) => device.region(pci.BAR0),
  regions: (device) => device.regions(),
  config: (device) => device.config.vendorId,
  setIrqs: (device) => device.setIrqs({ index: pci.irq.MSI, action: "trigger", eventfds: [-1] }),
  unsafeIoctl: (device) => device.unsafeIoctl(0x3b6b, new Uint8Array(24).fill(24, 0, 1)),
  "interrupts.all": (device) => device.interrupts.all(),
  "irq.info": (device) => device.interrupts.msi.info,
  "irq.enable": (device) => device.interrupts.msi.enable().closeSync(),
  "irq.trigger": (device) => {
    const enabled = device.interrupts.msi.enable();
    device.interrupts.msi.trigger();
    enabled.closeSync();
  },
  "region.read8": (device) => device.region(pci.CONFIG).read8(0),
  "region.read16": (device) => device.region(pci.CONFIG).read16(0),
  "region.read32": (device) => device.region(pci.BAR0).read32(0),
  "region.read64": (device) => device.region(pci.BAR0).read64(0x80),
  "region.write8": (device) => device.region(pci.CONFIG).write8(0x3c, 1),
  "region.write16": (device) => device.region(pci.CONFIG).write16(4, 3),
  "region.write32": (device) => device.region(pci.BAR0).write32(4, 1),
  "region.write64": (device) => device.region(pci.BAR0).write64(0x80, 1n),
  "region.read": (device) => device.region(pci.CONFIG).read(0, 64),
  "region.write": (device) => device.region(pci.CONFIG).write(0x3c, new Uint8Array(1)),
  "region.map": (device) => device.region(pci.BAR0).map().closeSync(),
  "region.registers": (device) => device.region(pci.BAR0).registers({}),
  "region.ioeventfd": (device) =>
    device.region(pci.BAR0).ioeventfd({ offset: 4, width: 4, value: 1 }).closeSync(),
  "features.has": (device) => device.features.has(1, "get"),
  "display.modes": (device) => device.display.modes,
  "migration.support": (device) => device.migration.support,
  "dmaLogging.supported": (device) => device.dmaLogging.supported,
  "lowPower.enter": (device) => {
    device.lowPower.enter();
    device.lowPower.exit();
  },
};

/** What works on closed objects too, or has tests of its own. */
const others = {
  vfio: ["close", "closeSync", "closed", "label", "kernel", "containers", "groups", "devices"],
  container: ["close", "closeSync", "closed", "label", "groups", "iommu", "setIommu"],
  group: ["close", "closeSync", "closed", "label", "container", "devices", "id", "path"],
  device: ["close", "closeSync", "closed", "api", "resettable", "requested", "liveMappings"],
};

const internal = ["constructor", "groupsChanged", "smallestPage", "openDeviceSteps", "release"];
const elsewhere = ["setContainer", "unsetContainer", "reset", "resetSync", "setVfToken"];
const hotReset = ["hotReset", "hotResetSync", "hotResetInfo"];
const ofHandle = [
  "idle",
  "assertOpen",
  "attachTo",
  "detachFrom",
  "children",
  "runSync",
  "runAsync",
  "call",
];

describe("the tables name every public method", async () => {
  const objects = await opened();
  afterAll(() => objects.vfio.close());
  const tables = {
    vfio: vfioCalls,
    container: containerCalls,
    group: groupCalls,
    device: deviceCalls,
  };
  for (const name of ["vfio", "container", "group", "device"] as const) {
    it(name, () => {
      const known = [
        ...[...Object.keys(tables[name]), ...others[name]].map((key) => key.split(".")[0] ?? ""),
        ...[...internal, ...elsewhere, ...hotReset, ...ofHandle],
      ];
      for (let at = Object.getPrototypeOf(objects[name]); at !== Object.prototype; ) {
        const unknown = Object.getOwnPropertyNames(at).filter((key) => !known.includes(key));
        expect(unknown).toEqual([]);
        at = Object.getPrototypeOf(at);
      }
    });
  }
});

function matrix<T>(
  kind: keyof Objects,
  calls: Record<string, Call<T>>,
  parents: (keyof Objects)[],
) {
  describe(kind, () => {
    for (const [name, call] of Object.entries(calls)) {
      const run = (objects: Objects) => call(objects[kind] as T, objects);
      it(`${name}: works while it is open`, async () => {
        const objects = await opened();
        await run(objects);
        await objects.vfio.close();
        expect(objects.files()).toBe(0);
      });
      for (const closed of [kind, ...parents]) {
        it(`${name}: ClosedError once the ${closed} is closed`, async () => {
          const objects = await opened();
          await (objects[closed] as Vfio).close();
          const before = objects.files();
          await expect(async () => run(objects)).rejects.toThrow(ClosedError);
          expect(objects.files()).toBe(before);
          await objects.vfio.close();
          expect(objects.files()).toBe(0);
        });
      }
      it(`${name}: ClosedError while the ${kind} is being closed`, async () => {
        const objects = await opened();
        const closing = (objects[kind] as Vfio).close();
        await expect(async () => run(objects)).rejects.toThrow(ClosedError);
        await closing;
        await objects.vfio.close();
        expect(objects.files()).toBe(0);
      });
    }
  });
}

matrix<Vfio>("vfio", vfioCalls, []);
matrix<Container>("container", containerCalls, ["vfio"]);
matrix<Group>("group", groupCalls, ["container", "vfio"]);
matrix<Device>("device", deviceCalls, ["group", "container", "vfio"]);

describe("closing", () => {
  const kinds = ["vfio", "container", "group", "device"] as const;

  it.each(kinds)("%s: as often as one likes, either way", async (kind) => {
    const objects = await opened();
    const target = objects[kind];
    await Promise.all([target.close(), target.close()]);
    await target.close();
    target.closeSync();
    target[Symbol.dispose]();
    await target[Symbol.asyncDispose]();
    expect(target.closed).toBe(true);
    await objects.vfio.close();
    expect(objects.files()).toBe(0);
  });

  it.each(kinds)("%s: is refused on this thread while a call of it runs", async (kind) => {
    const objects = await opened();
    const running = objects.group.openDevice(ADDRESS);
    if (kind !== "device") expect(() => objects[kind].closeSync()).toThrow(BusyError);
    const [device] = [await running];
    expect(device.closed).toBe(false);
    objects[kind].closeSync();
    await objects.vfio.close();
    expect(objects.files()).toBe(0);
  });

  it("in any order leaves nothing open", async () => {
    const order = (n: number) =>
      [...kinds].sort((a, b) => ((a.length * n) % 7) - ((b.length * n) % 7));
    for (let n = 1; n < 7; n++) {
      const objects = await opened();
      objects.device.interrupts.msi.enable();
      objects.device.region(pci.BAR0).map();
      objects.vfio.dma.map(objects.vfio.allocate(4096));
      objects.device.region(pci.BAR0).read32(0);
      for (const kind of order(n)) objects[kind].closeSync();
      expect(objects.files()).toBe(0);
    }
  });

  it("takes groups out of the container, and its mappings with the last one", async () => {
    const { vfio, container, group, files } = await opened();
    expect(container.groups).toEqual([group]);
    await group.close();
    expect([container.groups, container.iommu]).toEqual([[], undefined]);
    expect(container.closed).toBe(false);
    await vfio.close();
    expect(files()).toBe(0);
  });

  it("does not stop at what fails, and says it", async () => {
    const { vfio, device, files } = await opened();
    const options = { offset: 4, width: 4, value: 1 } as const;
    const knock = device.region(pci.BAR0).ioeventfd(options);
    const twin = Uint8Array.of(32, 0, 0, 0, 4, ...new Array(27).fill(0));
    twin.set([4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], 8);
    device.unsafeIoctl(0x3b74, twin);
    await expect(device.close()).rejects.toThrow(/ENODEV/);
    expect([knock.closed, device.closed]).toEqual([true, true]);
    await vfio.close();
    expect(files()).toBe(0);
  });

  it("finds interrupts that are off already, and is content", async () => {
    const { vfio, device, files } = await opened();
    const enabled = device.interrupts.msi.enable();
    device.setIrqs({ index: pci.irq.MSI, action: "trigger", count: 0 });
    enabled.closeSync();
    expect(device.interrupts.msi.enabled).toBeUndefined();
    await vfio.close();
    expect(files()).toBe(0);
  });
});

describe("explicit objects", () => {
  it("follow the kernel's order, and say which step is missing", async () => {
    const machine = simulateBound({ clock: "manual", devices: smallMachine });
    const kernel = machine.process();
    const vfio = await Vfio.open({ kernel });
    const container = vfio.openContainerSync();
    expect(container.apiVersion()).toBe(0);
    expect(() => container.setIommu()).toThrow(/EINVAL.*has no group yet/s);
    expect(() => container.info()).toThrow(/EINVAL/);
    const group = vfio.openGroupSync(0);
    expect(vfio.openGroupSync(0)).toBe(group);
    await expect(group.openDevice(ADDRESS)).rejects.toThrow(/EINVAL.*is in no container/s);
    group.setContainer(container);
    await expect(group.openDevice(ADDRESS)).rejects.toThrow(/EINVAL.*has no IOMMU/s);
    expect(() => group.setContainer(container)).toThrow(/EINVAL.*is in a container already/s);
    container.setIommu();
    expect(() => container.setIommu()).toThrow(/EINVAL.*has an IOMMU already/s);
    const device = await group.openDevice(ADDRESS);
    expect(() => group.unsetContainer()).toThrow(/EBUSY.*Still open: 0000:00:05.0/s);
    await device.close();
    group.unsetContainer();
    expect(() => group.unsetContainer()).toThrow(/EINVAL.*in no container/s);
    expect([group.container, container.iommu]).toEqual([undefined, undefined]);
    await vfio.close();
    expect([...kernel.process.files.entries()]).toEqual([]);
  });

  it("refuse what is of another Vfio", async () => {
    const [one, two] = [await opened(), await opened()];
    expect(() => one.group.setContainer(two.container)).toThrow(TypeError);
    expect(() => one.group.setContainer({} as never)).toThrow(TypeError);
    await expect(one.vfio.openDevice(ADDRESS, { container: two.container })).rejects.toThrow();
    await expect(one.device.hotReset({ groups: [two.group] })).rejects.toThrow(TypeError);
    await expect(one.device.hotReset({ groups: [{} as never] })).rejects.toThrow(TypeError);
    await one.vfio.close();
    await two.vfio.close();
  });
});
