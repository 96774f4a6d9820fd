// Goal: the mdev core keeps the kernel's rules for any driver: what create and remove check and in
// which order, who counts, who waits for whom, and what is to be seen meanwhile.

import { beforeEach, describe, expect, test } from "vitest";
import { Errno } from "../../src/errno.js";
import { Pending } from "../../src/simulator/core/result.js";
import type { SimulatedKernel } from "../../src/simulator/kernel.js";
import { SimulatedMachine } from "../../src/simulator/machine.js";
import {
  type MdevDevice,
  type MdevDriver,
  type MdevParent,
  type MdevTypeOptions,
  registerMdevDriver,
  registerMdevParent,
  unregisterMdevDriver,
  unregisterMdevParent,
} from "../../src/simulator/mdev/index.js";
import { answer, uuid } from "./opened-device.js";

interface Size extends MdevTypeOptions {
  readonly size: number;
}

type Instance = MdevDevice<Size, string>;

/** A driver without VFIO, whose devices can be in use for as long as a test wants. */
class TestDriver implements MdevDriver<Size, string> {
  readonly deviceApi = "vfio-pci";
  readonly deviceGroups = {
    vendor: {
      secret: { show: ({ data }: Instance) => `${data}\n` },
      label: {
        mode: 0o644,
        show: ({ data }: Instance) => data ?? "",
        store: (mdev: Instance, text: string) => {
          mdev.data = text;
          return text.length;
        },
      },
    },
  };
  readonly users = new Map<string, Pending>();
  refuse = 0;

  constructor(
    readonly name = "test",
    readonly maxInstances = 2,
  ) {}

  probe(mdev: Instance): number {
    if (this.refuse < 0) return this.refuse;
    mdev.data = `size ${mdev.type.options.size}`;
    return 0;
  }

  remove({ name }: Instance): Pending | undefined {
    return this.users.get(name);
  }

  /** Lets remove and unbind wait until the returned function is called. */
  use(name: string): () => void {
    const wait = new Pending();
    this.users.set(name, wait);
    return () => wait.complete(0);
  }
}

const types: readonly Size[] = [
  { sysfsName: "small", prettyName: "A small one", size: 1 },
  { sysfsName: "big", size: 2 },
];
const parentPath = "/sys/devices/virtual/cards/card0";
const typesPath = `${parentPath}/mdev_supported_types`;

let machine: SimulatedMachine;
let driver: TestDriver;
let parent: MdevParent<Size>;
let kernel: SimulatedKernel;

beforeEach(() => {
  machine = new SimulatedMachine();
  driver = new TestDriver();
  expect(registerMdevDriver(machine, driver)).toBe(0);
  parent = registered("card0", driver);
  kernel = machine.process();
});

function registered(name: string, bound: TestDriver): MdevParent<Size> {
  const directory = machine.sysfs.walk(`devices/virtual/cards/${name}`);
  const made = registerMdevParent({
    machine,
    directory,
    driverString: "cards",
    driver: bound,
    types,
  });
  if (typeof made === "number") throw new Error(`registerMdevParent: ${made}`);
  return made;
}

function create(name: string, type = "small"): number | string {
  return answer(() => kernel.sysfs.write(`${typesPath}/cards-${type}/create`, name));
}

function available(type = "small"): string {
  return kernel.sysfs.read(`${typesPath}/cards-${type}/available_instances`);
}

function kind(path: string): string | undefined {
  return kernel.sysfs.kind(path);
}

describe("types", () => {
  test("carry the parent's driver string, and what the driver says", () => {
    expect(kernel.sysfs.list(typesPath)).toEqual(["cards-big", "cards-small"]);
    expect(kernel.sysfs.read(`${typesPath}/cards-small/name`)).toBe("A small one\n");
    expect(kernel.sysfs.read(`${typesPath}/cards-big/name`)).toBe("big\n");
    expect(kernel.sysfs.read(`${typesPath}/cards-big/device_api`)).toBe("vfio-pci\n");
    expect(kind(`${typesPath}/cards-big/description`)).toBeUndefined();
    expect(kernel.sysfs.readlink("/sys/class/mdev_bus/card0")).toBe(
      "../../devices/virtual/cards/card0",
    );
  });

  test("show a description and an availability of the driver's own", () => {
    const counting = Object.assign(new TestDriver("counting"), {
      getAvailable: ({ size }: Size) => 7 * size,
      showDescription: ({ size }: Size) => `of size ${size}\n`,
    });
    registerMdevDriver(machine, counting);
    registered("card1", counting);
    const path = "/sys/class/mdev_bus/card1/mdev_supported_types/cards-big";
    expect(kernel.sysfs.read(`${path}/available_instances`)).toBe("14\n");
    expect(kernel.sysfs.read(`${path}/description`)).toBe("of size 2\n");
  });
});

describe("create", () => {
  test("checks length, form, duplicate, number, in this order", () => {
    expect(create("short")).toBe("EINVAL");
    expect(create(`${uuid()}\n\n`)).toBe("EINVAL");
    expect(create(uuid().replace("-", "_"))).toBe("EINVAL");
    expect(create(`${uuid().toUpperCase()}X`)).toBe(37);
    expect(create(uuid(), "big")).toBe("EEXIST");
    expect(create(uuid(1), "big")).toBe(36);
    expect([available(), available("big")]).toEqual(["0\n", "0\n"]);
    expect(create(uuid(2))).toBe("EUSERS");
    expect(create(uuid(1))).toBe("EEXIST");
    expect(create("short")).toBe("EINVAL");
  });

  test("counts per parent, and UUIDs per machine", () => {
    registered("card1", driver);
    create(uuid());
    const other = "/sys/class/mdev_bus/card1/mdev_supported_types/cards-small";
    expect(kernel.sysfs.read(`${other}/available_instances`)).toBe("2\n");
    expect(answer(() => kernel.sysfs.write(`${other}/create`, uuid()))).toBe("EEXIST");
  });

  test("answers with the probe's error and leaves nothing", () => {
    driver.refuse = -Errno.ENOSPC;
    expect(create(uuid())).toBe("ENOSPC");
    expect(available()).toBe("2\n");
    expect(kind(`${parentPath}/${uuid()}`)).toBeUndefined();
    expect(kernel.sysfs.list("/sys/bus/mdev/devices")).toEqual([]);
    driver.refuse = 0;
    expect(create(uuid())).toBe(36);
  });

  test("shows the driver's attributes while it is bound", () => {
    create(uuid(), "big");
    const device = `/sys/bus/mdev/devices/${uuid()}`;
    expect(kernel.sysfs.read(`${device}/vendor/secret`)).toBe("size 2\n");
    kernel.sysfs.write(`${device}/vendor/label`, "mine");
    expect(kernel.sysfs.read(`${device}/vendor/secret`)).toBe("mine\n");
    kernel.sysfs.write("/sys/bus/mdev/drivers/test/unbind", uuid());
    expect(kind(`${device}/vendor`)).toBeUndefined();
  });
});

describe("remove", () => {
  const device = `${parentPath}/${uuid()}`;

  test("takes a number, and zero is none", () => {
    create(uuid());
    expect(answer(() => kernel.sysfs.write(`${device}/remove`, "abc"))).toBe("EINVAL");
    expect(kernel.sysfs.write(`${device}/remove`, "0")).toBe(1);
    expect(kind(device)).toBe("directory");
    expect(kernel.sysfs.write(`${device}/remove`, "0x10\n")).toBe(5);
    expect(kind(device)).toBeUndefined();
    expect(answer(() => kernel.sysfs.write(`${device}/remove`, "1"))).toBe("ENOENT");
    expect(available()).toBe("2\n");
  });

  test("waits for users; links are gone at once, the rest at the end", async () => {
    create(uuid());
    const release = driver.use(uuid());
    const late = kernel.open(`${device}/remove`, 1);
    const waiting = kernel.sysfs.writeBlocking(`${device}/remove`, "1");
    await new Promise((resolve) => setImmediate(resolve));
    expect(kernel.sysfs.list(device)).toEqual([]);
    expect(kernel.sysfs.list("/sys/bus/mdev/devices")).toEqual([]);
    expect(kernel.sysfs.list(`${typesPath}/cards-small/devices`)).toEqual([]);
    expect(create(uuid())).toBe("EEXIST");
    expect(available()).toBe("1\n");
    expect(answer(() => kernel.write(late, new TextEncoder().encode("1")))).toBe("ENODEV");
    expect(answer(() => kernel.sysfs.write("/sys/bus/mdev/drivers/test/unbind", uuid()))).toBe(
      "ENODEV",
    );
    release();
    expect(await waiting).toBe(1);
    expect(kind(device)).toBeUndefined();
    expect(available()).toBe("2\n");
    expect(create(uuid())).toBe(36);
  });
});

describe("unbind", () => {
  const device = `${parentPath}/${uuid()}`;
  const unbind = "/sys/bus/mdev/drivers/test/unbind";

  test("leaves the device, which nothing binds again", () => {
    create(uuid());
    expect(kernel.sysfs.write(unbind, `${uuid()}\n`)).toBe(37);
    expect(kind(`${device}/driver`)).toBeUndefined();
    expect(kind(`${device}/mdev_type`)).toBe("link");
    expect(available()).toBe("1\n");
    expect(answer(() => kernel.sysfs.write(unbind, uuid()))).toBe("ENODEV");
    expect(answer(() => kernel.sysfs.write("/sys/bus/mdev/drivers/test/bind", uuid()))).toBe(
      "ENODEV",
    );
    expect(kernel.sysfs.write("/sys/bus/mdev/drivers_probe", uuid())).toBe(36);
    expect(kind(`${device}/driver`)).toBeUndefined();
    expect(kernel.sysfs.write(`${device}/remove`, "1")).toBe(1);
    expect(available()).toBe("2\n");
  });

  test("of a device in use keeps a removal waiting, the bus link still there", async () => {
    create(uuid());
    const release = driver.use(uuid());
    const done: string[] = [];
    const first = kernel.sysfs.writeBlocking(unbind, uuid()).then(() => done.push("unbind"));
    await new Promise((resolve) => setImmediate(resolve));
    const second = kernel.sysfs
      .writeBlocking(`${device}/remove`, "1")
      .then(() => done.push("remove"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(kernel.sysfs.list("/sys/bus/mdev/devices")).toEqual([uuid()]);
    expect(kernel.sysfs.list(device)).toEqual(["power", "subsystem", "uevent"]);
    expect(kernel.sysfs.list(`${typesPath}/cards-small/devices`)).toEqual([]);
    release();
    await Promise.all([first, second]);
    expect(done).toEqual(["unbind", "remove"]);
    expect(kind(device)).toBeUndefined();
  });
});

describe("unregistering", () => {
  test("a parent removes its devices, each when it is free, and takes no new ones", () => {
    create(uuid());
    create(uuid(1), "big");
    const release = driver.use(uuid());
    const done = unregisterMdevParent(parent);
    expect(done.result).toBeUndefined();
    expect(kind("/sys/class/mdev_bus/card0")).toBeUndefined();
    expect(create(uuid(2))).toBe("EUSERS");
    expect(kind(`${parentPath}/${uuid(1)}/driver`)).toBe("link");
    release();
    expect(done.result).toBe(0);
    expect(kind(typesPath)).toBeUndefined();
    expect(kernel.sysfs.list(parentPath)).toEqual([]);
  });

  test("a parent waits for a removal that has begun; meanwhile its files refuse", async () => {
    create(uuid());
    create(uuid(1));
    const release = driver.use(uuid());
    const removal = kernel.sysfs.writeBlocking(`${parentPath}/${uuid()}/remove`, "1");
    await new Promise((resolve) => setImmediate(resolve));
    const done = unregisterMdevParent(parent);
    expect(kind("/sys/class/mdev_bus/card0")).toBe("link");
    expect(answer(() => kernel.sysfs.write(`${parentPath}/${uuid(1)}/remove`, "1"))).toBe("ENODEV");
    release();
    await removal;
    expect(done.result).toBe(0);
    expect(kernel.sysfs.list("/sys/bus/mdev/devices")).toEqual([]);
  });

  test("a parent with room answers ENODEV to create", () => {
    create(uuid());
    driver.use(uuid());
    unregisterMdevParent(parent);
    expect(create(uuid(1))).toBe("ENODEV");
    expect(parent.availableInstances).toBe(1);
  });

  test("a driver takes its directory away", () => {
    unregisterMdevParent(parent);
    unregisterMdevDriver(machine, driver);
    expect(kernel.sysfs.list("/sys/bus/mdev/drivers")).toEqual([]);
  });
});

describe("registering", () => {
  test("refuses a driver without device API, a name twice, a parent twice", () => {
    const nameless = Object.assign(new TestDriver("other"), { deviceApi: "" });
    expect(registerMdevDriver(machine, nameless)).toBe(-Errno.EINVAL);
    expect(registerMdevDriver(machine, new TestDriver())).toBe(-Errno.EBUSY);
    const { directory } = parent;
    const again = { machine, directory, driverString: "cards", driver, types };
    expect(registerMdevParent(again)).toBe(-Errno.ENOMEM);
  });

  test("a parent for a driver that is not registered is a mistake of the caller", () => {
    expect(() => registered("card1", new TestDriver("stranger"))).toThrow(/not registered/);
  });
});
