// Goal: a driver of one's own needs little: what a device does, a driver that makes it, a parent.

import { expect, test } from "vitest";
import { Errno } from "../../src/errno.js";
import type { VfioDeviceOps } from "../../src/simulator/core/device-ops.js";
import type { VfioDevice } from "../../src/simulator/core/vfio-device.js";
import { SimulatedMachine } from "../../src/simulator/machine.js";
import {
  addVirtualDevice,
  type MdevDriver,
  type MdevTypeOptions,
  registerMdevDriver,
  registerMdevParent,
  registerWithVfio,
  removeVirtualDevice,
  unregisterFromVfio,
  unregisterMdevDriver,
  unregisterMdevParent,
} from "../../src/simulator/mdev/index.js";
import { close, open, uuid } from "./opened-device.js";
import { readByte } from "./requests.js";

interface CounterType extends MdevTypeOptions {
  readonly start: number;
}

/** A device of one register, which counts how often it is read. */
function counter(start: number): VfioDeviceOps {
  let count = start;
  return {
    name: "vfio-counter",
    read: (_client, target, position) => {
      if (position !== 0 || target.length !== 1) return -Errno.EFAULT;
      target[0] = count;
      count += 1;
      return 1;
    },
  };
}

const driver: MdevDriver<CounterType, VfioDevice> = {
  name: "counter",
  deviceApi: "vfio-pci",
  maxInstances: 4,
  probe: (mdev) => {
    const device = registerWithVfio(mdev, counter(mdev.type.options.start));
    if (typeof device === "number") return device;
    mdev.data = device;
    return 0;
  },
  remove: ({ data }) => (data === undefined ? undefined : unregisterFromVfio(data)),
};

test("a driver of one's own", () => {
  const machine = new SimulatedMachine();
  expect(registerMdevDriver(machine, driver)).toBe(0);
  const parent = registerMdevParent({
    machine,
    directory: addVirtualDevice(machine, "counters", "counter0"),
    driverString: "counters",
    driver,
    types: [
      { sysfsName: "low", start: 0 },
      { sysfsName: "high", start: 100 },
    ],
  });
  if (typeof parent === "number") throw new Error(`registerMdevParent: ${parent}`);

  const kernel = machine.process();
  const types = "/sys/class/mdev_bus/counter0/mdev_supported_types";
  expect(kernel.sysfs.list(types)).toEqual(["counters-high", "counters-low"]);
  kernel.sysfs.write(`${types}/counters-high/create`, uuid());
  const fd = open(kernel);
  expect([readByte(kernel, fd.device, 0), readByte(kernel, fd.device, 0)]).toEqual([100, 101]);
  expect(() => readByte(kernel, fd.device, 1)).toThrow(/EFAULT/);

  const done = unregisterMdevParent(parent);
  expect(done.result).toBeUndefined();
  close(kernel, fd);
  expect(done.result).toBe(0);
  unregisterMdevDriver(machine, driver);
  removeVirtualDevice(machine, "counters", "counter0");
  expect(kernel.sysfs.list("/sys/bus/mdev/drivers")).toEqual([]);
  expect(kernel.sysfs.kind("/sys/class/counters")).toBeUndefined();
});
