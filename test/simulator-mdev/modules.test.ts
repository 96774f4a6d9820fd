// Goal: sample drivers load and unload as modules do. What keeps one loaded was seen on a real
// kernel: an open device, a stream, a dma-buf; not a device that nobody has open.

import { expect, test } from "vitest";
import { Errno } from "../../src/errno.js";
import { SimulatedMachine } from "../../src/simulator/machine.js";
import { loadMdevSamples, unloadMdevSample } from "../../src/simulator/mdev/index.js";
import { DeviceState } from "../../src/uapi/index.js";
import {
  answer,
  close,
  create,
  open,
  openNew,
  sampleMachine,
  typePath,
  uuid,
} from "./opened-device.js";
import { setState } from "./requests.js";

test("loading twice and unloading what is not there fail", () => {
  const { machine } = sampleMachine();
  expect(loadMdevSamples(machine, ["mtty"])).toBe(-Errno.EEXIST);
  expect(unloadMdevSample(machine, "mtty")).toBe(0);
  expect(unloadMdevSample(machine, "mtty")).toBe(-Errno.ENOENT);
  expect(loadMdevSamples(machine, ["mtty"])).toBe(0);
});

test("parameters say how much there is", () => {
  const machine = new SimulatedMachine();
  loadMdevSamples(machine, ["mdpy", "mbochs"], { mdpy: { count: 1 }, mbochs: { count: 20 } });
  const kernel = machine.process();
  const available = (type: string) => kernel.sysfs.read(`${typePath(type)}/available_instances`);
  expect(available("mdpy-hd")).toBe("1\n");
  expect(["small", "medium", "large"].map((size) => available(`mbochs-${size}`))).toEqual([
    "5\n",
    "1\n",
    "0\n",
  ]);
  expect(kernel.sysfs.read("/sys/module/mbochs/parameters/count")).toBe("20\n");
  expect(answer(() => create(kernel, "mbochs-large"))).toBe("ENOSPC");
  create(kernel, "mdpy-vga");
  expect(answer(() => create(kernel, "mdpy-vga", uuid(1)))).toBe("EUSERS");
});

test("an open device keeps its module, also while its removal waits", async () => {
  const { machine, kernel } = sampleMachine();
  const fd = openNew(kernel, "mtty-1");
  expect(unloadMdevSample(machine, "mtty")).toBe(-Errno.EAGAIN);
  const removal = kernel.sysfs.writeBlocking(`/sys/bus/mdev/devices/${uuid()}/remove`, "1");
  await new Promise((resolve) => setImmediate(resolve));
  expect(unloadMdevSample(machine, "mtty")).toBe(-Errno.EAGAIN);
  close(kernel, fd);
  expect(await removal).toBe(1);
  expect(unloadMdevSample(machine, "mtty")).toBe(0);
});

test("a device that nobody has open goes with its module", () => {
  const { machine, kernel } = sampleMachine();
  create(kernel, "mtty-1");
  expect(unloadMdevSample(machine, "mtty")).toBe(0);
  expect(kernel.sysfs.list("/sys/bus/mdev/devices")).toEqual([]);
  expect(loadMdevSamples(machine, ["mtty"])).toBe(0);
  create(kernel, "mtty-1");
  close(kernel, open(kernel));
});

test("a migration stream keeps its module after the device is closed", () => {
  const { machine, kernel } = sampleMachine({ profile: "6.12" });
  const fd = openNew(kernel, "mtty-1");
  const stream = setState(kernel, fd.device, DeviceState.STOP_COPY) as number;
  close(kernel, fd);
  expect(unloadMdevSample(machine, "mtty")).toBe(-Errno.EAGAIN);
  kernel.close(stream);
  expect(unloadMdevSample(machine, "mtty")).toBe(0);
});
