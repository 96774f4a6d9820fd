// Goal: faults strike exactly the calls they are planned for, leave the machine's accounting right,
// and a machine tells what is left in it.

import { describe, expect, it } from "vitest";
import type { Client } from "../../src/simulator/core/client.js";
import { HazardError } from "../../src/simulator/core/hazards.js";
import type { ModelError } from "../../src/simulator/core/model-errors.js";
import { Vfio } from "../../src/uapi/index.js";
import { answer, Bench, TestDevice } from "./fixtures.js";

function emulated() {
  const bench = new Bench();
  return { bench, kernel: bench.kernel, ...bench.addEmulated("dev", new TestDevice()) };
}

describe("planned faults", () => {
  it("strike the n-th call that fits, so many times", () => {
    const { bench, kernel } = emulated();
    const { faults } = bench.machine;
    const container = bench.openContainer();
    const ask = () => answer(() => kernel.ioctl(container, Vfio.CHECK_EXTENSION, 1));
    const version = () => answer(() => kernel.ioctl(container, Vfio.GET_API_VERSION, 0));
    const request = Vfio.CHECK_EXTENSION;
    const planned = faults.fail({ call: "ioctl", request, errno: "EIO", nth: 2, times: 2 });
    expect([ask(), version(), ask(), ask(), ask()]).toEqual([1, 0, "EIO", "EIO", 1]);
    expect([planned.hits, faults.armed]).toEqual([2, false]);
  });

  it("strike one process, one path, and until they are taken back", () => {
    const { bench, kernel } = emulated();
    const other = bench.machine.process();
    const { faults } = bench.machine;
    const path = "/dev/vfio/vfio";
    const planned = faults.fail({
      call: "open",
      path,
      pid: other.process.pid,
      errno: "ENFILE",
      times: Number.POSITIVE_INFINITY,
    });
    expect(kernel.open(path, 2)).toBe(3);
    expect(other.open("/dev/null", 2)).toBe(3);
    expect([answer(() => other.open(path, 2)), answer(() => other.open(path, 2))]).toEqual([
      "ENFILE",
      "ENFILE",
    ]);
    planned.cancel();
    expect(other.open(path, 2)).toBe(4);
  });

  it("make allocations fail at every place, and nothing is left half-made", () => {
    for (let nth = 1; ; nth += 1) {
      const { bench, kernel, group } = emulated();
      const hardware = bench.addHardware("0000:00:05.0", new TestDevice());
      const memory = kernel.allocate(4096);
      const { faults } = bench.machine;
      const planned = faults.fail({ call: "allocate", errno: "ENOMEM", nth });
      const result = answer(() => {
        const { container, dma } = bench.attach(group);
        bench.setContainer(bench.openGroup(hardware.group), container);
        const mapped = dma.map(3, memory.address, 0n, 0x1000n);
        return mapped === 0 ? "done" : mapped;
      });
      faults.clear();
      expect(result).toBe(planned.hits === 0 ? "done" : "ENOMEM");
      kernel.shutdown();
      expect(hardware.group.owner).toBeUndefined();
      bench.machine.assertIdle();
      if (planned.hits === 0) break;
      expect(nth).toBeLessThan(20);
    }
  });
});

describe("other people", () => {
  it("hold a group until they are killed", () => {
    const { bench, group } = emulated();
    const { faults } = bench.machine;
    const holder = faults.holdGroup(group.id, "qemu");
    const path = `/dev/vfio/${group.id}`;
    expect(answer(() => bench.openGroup(group))).toBe("EBUSY");
    expect(bench.kernel.system.holders(path)).toEqual([
      { pid: holder.process.pid, command: "qemu" },
    ]);
    expect(faults.killHolders(path)).toEqual([holder.process.pid]);
    expect(bench.openGroup(group)).toBe(3);
  });

  it("cannot be what is not there", () => {
    const { machine } = new Bench();
    expect(() => machine.kill(4711)).toThrow(RangeError);
    expect(() => machine.faults.unplug("0000:00:1f.0")).toThrow(RangeError);
  });
});

describe("a machine that is not idle", () => {
  it("tells what is left", () => {
    const { bench, kernel, group } = emulated();
    const hardware = bench.addHardware("0000:00:05.0", new TestDevice());
    const { fd, dma } = bench.attach(hardware.group);
    const device = kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "0000:00:05.0");
    kernel.mmap(device, { offset: 0, length: 4096 });
    dma.map(3, kernel.allocate(4096).address, 0n, 0x1000n);
    const watch = kernel.watch(kernel.eventfd(), () => {});
    expect(group.id).toBe(0);
    const kinds = bench.machine.leaks().map(({ kind }) => kind);
    expect(kinds).toEqual([
      "file",
      "file",
      "file",
      "file",
      "mapping",
      "watch",
      "pin",
      "locked",
      "container",
    ]);
    expect(() => bench.machine.assertIdle()).toThrow(/fd 4, \/dev\/vfio\/1/);
    watch.close();
    kernel.shutdown();
    bench.machine.assertIdle();
  });
});

class BrokenDevice extends TestDevice {
  broken = false;

  override read(client: Client, target: Uint8Array, position: number): number {
    if (this.broken) throw new Error("a bug of the model");
    return super.read(client, target, position);
  }

  override ioctl(client: Client, request: number): number {
    if (this.broken) throw new Error("a bug of the model");
    return super.ioctl(client, request);
  }

  override closeDevice(): void {
    if (this.broken) throw new Error("a bug of the model");
    super.closeDevice();
  }
}

describe("a device model that throws", () => {
  it("is answered as a broken device, and the machine goes on", () => {
    const failures: ModelError[] = [];
    const bench = new Bench({ onModelError: (failure) => failures.push(failure) });
    const { group, ops } = bench.addEmulated("dev", new BrokenDevice());
    const { fd } = bench.attach(group);
    const device = bench.kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
    ops.broken = true;
    expect(answer(() => bench.kernel.pread(device, new Uint8Array(4), 0))).toBe("EFAULT");
    expect(answer(() => bench.kernel.ioctl(device, Vfio.DEVICE_RESET, 0))).toBe("EIO");
    bench.kernel.close(device);
    expect(failures.map(({ where }) => where)).toEqual([
      "read of dev",
      "ioctl of dev",
      "closeDevice of dev",
    ]);
    expect(bench.machine.modelErrors.seen).toEqual(failures);
    bench.kernel.shutdown();
    bench.machine.assertIdle();
  });

  it("does not swallow what a strict machine says", () => {
    const bench = new Bench({ strict: true });
    const ops = new TestDevice();
    ops.read = () => bench.machine.hazards.meet("test-hazard", "here");
    const { group } = bench.addEmulated("dev", ops);
    const { fd } = bench.attach(group);
    const device = bench.kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
    expect(() => bench.kernel.pread(device, new Uint8Array(4), 0)).toThrow(HazardError);
    expect(bench.machine.hazards.met).toEqual([{ name: "test-hazard", where: "here" }]);
  });
});
