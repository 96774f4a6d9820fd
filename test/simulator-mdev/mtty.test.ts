// Goal: what an mtty does beyond the cases that run on real kernels too: what is undefined there is
// noted here, the old interrupts and the new ones differ as the two drivers do, streams are exact.

import { describe, expect, test } from "vitest";
import { DeviceState, IrqSetFlags, PciIrq } from "../../src/uapi/index.js";
import { close, create, open, openNew, sampleMachine } from "./opened-device.js";
import {
  fds,
  getInfo,
  getState,
  readByte,
  readBytes,
  setIrqs,
  setState,
  signals,
  word,
  writeByte,
} from "./requests.js";

const { DATA_NONE, DATA_BOOL, DATA_EVENTFD, ACTION_TRIGGER, ACTION_UNMASK } = IrqSetFlags;
const trigger = DATA_EVENTFD | ACTION_TRIGGER;
const bar1 = 2 ** 40;
const config = 7 * 2 ** 40;

function opened(profile: "6.1" | "6.12", type = "mtty-2", strict = false) {
  const { machine, kernel } = sampleMachine({ profile, strict });
  const fd = openNew(kernel, type);
  getInfo(kernel, fd.device);
  return { machine, kernel, fd, device: fd.device };
}

describe("what is undefined", () => {
  test("reads as seeded garbage and is noted", () => {
    const { machine, kernel, device } = opened("6.1");
    const [first, second] = [opened("6.1"), opened("6.1")].map((one) =>
      readByte(one.kernel, one.device, 0),
    );
    expect(first).toBe(second);
    readBytes(kernel, device, 0, 4);
    readByte(kernel, device, 2 * bar1);
    readBytes(kernel, device, config + 0xfc, 4);
    kernel.pwrite(device, word(0xffff, 2), config + 0x10);
    const places = new Set(machine.hazards.met.map(({ where }) => where));
    expect([...places]).toEqual([
      "empty receiver",
      "upper bytes of a wide BAR read",
      "BAR 2",
      "behind config space",
      "short BAR write",
    ]);
  });

  test("throws on a strict machine", () => {
    const { kernel, device } = opened("6.1", "mtty-1", true);
    expect(() => readByte(kernel, device, 0)).toThrow(/mtty-uninitialised, empty receiver/);
  });

  test("a port that the type does not have is there nevertheless", () => {
    const { machine, kernel, device } = opened("6.1", "mtty-1");
    writeByte(kernel, device, bar1 + 7, 0x5a);
    expect(readByte(kernel, device, bar1 + 7)).toBe(0x5a);
    expect(machine.hazards.met).toEqual([]);
  });
});

describe("interrupts before 6.8", () => {
  test("no eventfd yet: the real kernel dies of it", () => {
    const { machine, kernel, device } = opened("6.1");
    writeByte(kernel, device, 1, 2);
    expect(machine.hazards.met.map(({ name }) => name)).toEqual(["mtty-no-eventfd"]);
  });

  test("every event signals, there is no mask, and MSI is set once", () => {
    const { machine, kernel, device } = opened("6.1");
    const [intx, msi, other] = [kernel.eventfd(), kernel.eventfd(), kernel.eventfd()];
    expect(setIrqs(kernel, device, { flags: trigger }, fds(intx))).toBe(0);
    writeByte(kernel, device, 1, 2);
    writeByte(kernel, device, 1, 2);
    expect(signals(kernel, intx)).toBe(2);
    expect(setIrqs(kernel, device, { flags: trigger, index: PciIrq.MSI }, fds(msi))).toBe(0);
    expect(setIrqs(kernel, device, { flags: trigger, index: PciIrq.MSI }, fds(other))).toBe(0);
    writeByte(kernel, device, 1, 2);
    expect([intx, msi, other].map((fd) => signals(kernel, fd))).toEqual([0, 1, 0]);
    expect(setIrqs(kernel, device, { flags: trigger }, fds(0))).toBe(0);
    expect(setIrqs(kernel, device, { flags: trigger }, fds(9999))).toBe("EBADF");
    expect(machine.hazards.met).toEqual([]);
  });

  test("outlive the file, and a reference that was given back is a hazard", () => {
    const { machine, kernel, fd, device } = opened("6.1");
    const intx = kernel.eventfd();
    setIrqs(kernel, device, { flags: trigger }, fds(intx));
    close(kernel, fd);
    const again = open(kernel).device;
    writeByte(kernel, again, 1, 2);
    expect(signals(kernel, intx)).toBe(1);
    expect(setIrqs(kernel, again, { flags: DATA_NONE | ACTION_TRIGGER })).toBe(0);
    expect(machine.hazards.met).toEqual([]);
    writeByte(kernel, again, 1, 2);
    expect(setIrqs(kernel, again, { flags: DATA_NONE | ACTION_TRIGGER })).toBe(0);
    expect(setIrqs(kernel, again, { flags: trigger, count: 0 })).toBe(0);
    expect(machine.hazards.met.map(({ where }) => where)).toEqual([
      "interrupt after TRIGGER/NONE",
      "TRIGGER/NONE twice",
      "TRIGGER/EVENTFD with count 0",
    ]);
  });
});

describe("interrupts since 6.8", () => {
  test("INTx is masked by its first signal until it is unmasked", () => {
    const { kernel, device } = opened("6.12");
    const intx = kernel.eventfd();
    setIrqs(kernel, device, { flags: trigger }, fds(intx));
    for (let n = 0; n < 3; n += 1) writeByte(kernel, device, 1, 2);
    expect(signals(kernel, intx)).toBe(1);
    setIrqs(kernel, device, { flags: DATA_BOOL | ACTION_UNMASK }, Uint8Array.of(0));
    writeByte(kernel, device, 1, 2);
    expect(signals(kernel, intx)).toBe(0);
    setIrqs(kernel, device, { flags: DATA_NONE | ACTION_UNMASK });
    writeByte(kernel, device, 1, 2);
    expect(signals(kernel, intx)).toBe(1);
  });

  test("end with the file; without an eventfd nothing happens", () => {
    const { machine, kernel, fd, device } = opened("6.12");
    const intx = kernel.eventfd();
    writeByte(kernel, device, 1, 2);
    setIrqs(kernel, device, { flags: trigger }, fds(intx));
    close(kernel, fd);
    const again = open(kernel).device;
    writeByte(kernel, again, 1, 2);
    expect(signals(kernel, intx)).toBe(0);
    expect(setIrqs(kernel, again, { flags: DATA_NONE | ACTION_TRIGGER })).toBe("EINVAL");
    expect(machine.hazards.met).toEqual([]);
  });
});

describe("migration", () => {
  const { STOP, RUNNING, STOP_COPY, RESUMING, PRE_COPY, PRE_COPY_P2P } = DeviceState;

  test("a stream has a header and both ports, byte for byte", () => {
    const { kernel, device } = opened("6.12");
    writeByte(kernel, device, 2, 7);
    writeByte(kernel, device, 0, 0x41);
    writeByte(kernel, device, bar1 + 7, 0x5a);
    const stream = setState(kernel, device, STOP_COPY) as number;
    const bytes = new Uint8Array(200);
    expect(kernel.read(stream, bytes)).toBe(96);
    const hex = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString("hex");
    expect(hex(0, 24)).toBe("4e2c3e8c89099d7e01000000000000000200000000000000");
    expect(hex(24, 60)).toBe(`${"00".repeat(8)}41${"00".repeat(15)}010001000000000007100100`);
    expect(hex(60, 96)).toBe(`${"00".repeat(7)}5a${"00".repeat(25)}100000`);
    expect(kernel.read(stream, bytes)).toBe(0);
  });

  test("moves a device to another one, and what was received goes on there", () => {
    const { kernel, device } = opened("6.12");
    for (const byte of [1, 2, 3]) writeByte(kernel, device, 0, byte);
    const source = setState(kernel, device, STOP_COPY) as number;
    const bytes = new Uint8Array(96);
    kernel.read(source, bytes);

    const other = openNew(kernel, "mtty-2", "83b8f4f2-509f-382f-3c1e-e6bfe0fa2000").device;
    const target = setState(kernel, other, RESUMING) as number;
    expect(kernel.write(target, bytes)).toBe(96);
    expect(setState(kernel, other, RUNNING)).toBe(-1);
    expect([0, 0, 0].map(() => readByte(kernel, other, 0))).toEqual([1, 2, 3]);
  });

  test("pre-copy gives the header first; a closed device ends the stream, not the state", () => {
    const { kernel, fd, device } = opened("6.12");
    const stream = setState(kernel, device, PRE_COPY) as number;
    const bytes = new Uint8Array(200);
    expect(kernel.read(stream, bytes)).toBe(24);
    close(kernel, fd);
    expect(() => kernel.read(stream, bytes)).toThrow(/ENODEV/);
    const again = open(kernel).device;
    expect(getState(kernel, again)).toBe(PRE_COPY);
    expect(setState(kernel, again, PRE_COPY_P2P)).toBe(-1);
    const whole = setState(kernel, again, STOP_COPY) as number;
    expect(kernel.read(whole, bytes)).toBe(96);
  });

  test("resuming after a close is a hazard", () => {
    const { machine, kernel, fd, device } = opened("6.12");
    setState(kernel, device, RESUMING);
    close(kernel, fd);
    expect(setState(kernel, open(kernel).device, STOP)).toBe("EINVAL");
    expect(machine.hazards.met.map(({ name }) => name)).toEqual(["mtty-resume-after-close"]);
  });

  test("a stream of any bytes never leaves the ports", () => {
    const { kernel, device } = opened("6.12");
    const target = setState(kernel, device, RESUMING) as number;
    const bytes = new Uint8Array(96).fill(0xff);
    expect(() => kernel.write(target, bytes)).toThrow(/EFAULT/);
    expect(setState(kernel, device, RUNNING)).toBe(-1);
    for (let offset = 0; offset < 8; offset += 1) {
      writeByte(kernel, device, offset, 0);
      readByte(kernel, device, offset);
    }
  });
});

test("ports go round: what is removed can be created again", () => {
  const { kernel } = sampleMachine();
  const names = Array.from(
    { length: 12 },
    (_, n) => `${"0".repeat(8)}-0000-0000-0000-${`${n}`.padStart(12, "0")}`,
  );
  for (const name of names) create(kernel, "mtty-2", name);
  expect(() => create(kernel, "mtty-1", "ffffffff-0000-0000-0000-000000000000")).toThrow(/ENOSPC/);
  for (const name of names) kernel.sysfs.write(`/sys/bus/mdev/devices/${name}/remove`, "1");
  expect(
    kernel.sysfs.read("/sys/class/mdev_bus/mtty/mdev_supported_types/mtty-1/available_instances"),
  ).toBe("24\n");
});
