// Goal: /sys of a simulated machine answers as kernfs does: modes hold for root too, a write of
// nothing reaches nobody, links lead where they should, and what would block says so.

import { describe, expect, it } from "vitest";
import { OpenFlags } from "../../src/kernel.js";
import { Pending } from "../../src/simulator/core/result.js";
import { answer, Bench, measuredIommu, profileNames, TestDevice } from "./fixtures.js";

function withFiles() {
  const bench = new Bench();
  const writes: string[] = [];
  const pending = new Pending();
  const directory = bench.machine.sysfs.walk("devices/test");
  directory
    .readable("shown", () => "text\n")
    .readable("broken", () => -5)
    .writable("command", (data) => {
      writes.push(data);
      return data.length;
    })
    .writable("refuse", () => -22)
    .writable("slow", () => pending)
    .attribute("both", { mode: 0o644, show: () => "x", store: (data) => data.length });
  bench.machine.sysfs.walk("bus/test").link("link", directory);
  return { bench, kernel: bench.kernel, sysfs: bench.kernel.sysfs, writes, pending };
}

describe("files of sysfs", () => {
  it("are read and written as their modes say, for root too", () => {
    const { sysfs, kernel, writes, bench } = withFiles();
    expect(sysfs.read("/sys/devices/test/shown")).toBe("text\n");
    expect(sysfs.write("/sys/bus/test/link/command", "go\n")).toBe(3);
    expect(sysfs.write("/sys/devices/test/command", "")).toBe(0);
    expect(writes).toEqual(["go\n"]);
    expect(answer(() => sysfs.read("/sys/devices/test/command"))).toBe("EACCES");
    expect(answer(() => sysfs.write("/sys/devices/test/shown", "x"))).toBe("EACCES");
    expect(answer(() => kernel.open("/sys/devices/test/command", OpenFlags.readOnly))).toBe(
      "EACCES",
    );
    const user = bench.machine.process({ uid: 1000 }).sysfs;
    expect(user.read("/sys/devices/test/both")).toBe("x");
    expect(answer(() => user.write("/sys/devices/test/both", "x"))).toBe("EACCES");
    expect(answer(() => user.write("/sys/devices/test/command", "x"))).toBe("EACCES");
  });

  it("fail as their drivers do", () => {
    const { sysfs } = withFiles();
    expect(answer(() => sysfs.read("/sys/devices/test/broken"))).toBe("EIO");
    expect(answer(() => sysfs.write("/sys/devices/test/refuse", "x"))).toBe("EINVAL");
  });

  it("carry a page at most", () => {
    const { sysfs, writes } = withFiles();
    expect(sysfs.write("/sys/devices/test/command", "x".repeat(5000))).toBe(4096);
    expect(sysfs.write("/sys/devices/test/command", Uint8Array.of(0xc3, 0xbc))).toBe(2);
    expect([writes[0]?.length, writes[1]]).toEqual([4096, "\u00c3\u00bc"]);
  });

  it("can be opened as files", () => {
    const { kernel } = withFiles();
    const fd = kernel.open("/sys/devices/test/shown", OpenFlags.readOnly);
    const target = new Uint8Array(3);
    expect([kernel.read(fd, target), kernel.read(fd, target), kernel.read(fd, target)]).toEqual([
      3, 2, 0,
    ]);
    expect(kernel.pread(fd, target, 4)).toBe(1);
    const command = kernel.open("/sys/devices/test/command", OpenFlags.writeOnly);
    expect(kernel.write(command, Uint8Array.of(0x31))).toBe(1);
  });
});

describe("paths of sysfs", () => {
  it("lead to files, directories and links", () => {
    const { sysfs } = withFiles();
    expect(sysfs.list("/sys/bus/test")).toEqual(["link"]);
    expect(sysfs.readlink("/sys/bus/test/link")).toBe("../../devices/test");
    expect(sysfs.realpath("/sys/bus/test/link/shown")).toBe("/sys/devices/test/shown");
    expect(sysfs.kind("/sys/bus/test/link")).toBe("link");
    expect(sysfs.kind("/sys/bus/test/link/shown")).toBe("file");
    expect(sysfs.kind("/sys/bus")).toBe("directory");
    expect(sysfs.kind("/sys/nothing")).toBeUndefined();
    expect(sysfs.realpath("/sys/bus/test/link/../test/shown")).toBe("/sys/devices/test/shown");
  });

  it("fail as the file system does", () => {
    const { sysfs } = withFiles();
    expect(answer(() => sysfs.read("/sys/devices/none"))).toBe("ENOENT");
    expect(answer(() => sysfs.read("/sys/devices/test"))).toBe("EISDIR");
    expect(answer(() => sysfs.write("/sys/devices/test", "x"))).toBe("EISDIR");
    expect(answer(() => sysfs.read("/sys/devices/test/shown/deeper"))).toBe("ENOTDIR");
    expect(answer(() => sysfs.list("/sys/devices/test/shown"))).toBe("ENOTDIR");
    expect(answer(() => sysfs.readlink("/sys/devices/test"))).toBe("EINVAL");
    expect(answer(() => sysfs.realpath("/sys/x"))).toBe("ENOENT");
  });
});

describe("a write that blocks", () => {
  it("says so instead of blocking for ever", () => {
    const { sysfs } = withFiles();
    expect(() => sysfs.write("/sys/devices/test/slow", "1")).toThrow(/writeBlocking/);
    expect(answer(() => sysfs.write("/sys/devices/test/slow", "1"))).toBe("EDEADLK");
  });

  it("can be waited for, up to a time", async () => {
    const { sysfs, pending } = withFiles();
    const path = "/sys/devices/test/slow";
    await expect(sysfs.writeBlocking(path, "1", { timeout: 5 })).rejects.toThrow("ETIMEDOUT");
    const stop = new AbortController();
    const stopped = sysfs.writeBlocking(path, "1", { signal: stop.signal });
    setImmediate(() => stop.abort(new Error("enough")));
    await expect(stopped).rejects.toThrow("enough");
    const waiting = sysfs.writeBlocking(path, "1");
    pending.complete(1);
    await expect(waiting).resolves.toBe(1);
    await expect(sysfs.writeBlocking("/sys/devices/test/refuse", "1")).rejects.toThrow("EINVAL");
  });
});

describe("IOMMU groups in sysfs", () => {
  it("show what they are", () => {
    const bench = new Bench();
    const { sysfs } = bench.kernel;
    const hardware = bench.addHardware("0000:00:05.0", new TestDevice());
    const emulated = bench.addEmulated("dev", new TestDevice());
    const at = (id: number) => `/sys/kernel/iommu_groups/${id}`;
    expect([hardware.group.id, emulated.group.id]).toEqual([0, 1]);
    expect(sysfs.list(at(0))).toEqual(["devices", "reserved_regions", "type"]);
    expect(sysfs.read(`${at(0)}/reserved_regions`)).toBe(
      "0x00000000fee00000 0x00000000feefffff msi\n",
    );
    expect(sysfs.read(`${at(0)}/type`)).toBe("DMA\n");
    expect(sysfs.readlink(`${at(0)}/devices/0000:00:05.0`)).toBe(
      "../../../../devices/pci0000:00/0000:00:05.0",
    );
    expect(sysfs.readlink("/sys/devices/pci0000:00/0000:00:05.0/iommu_group")).toBe(
      "../../../kernel/iommu_groups/0",
    );
    expect(sysfs.read(`${at(1)}/name`)).toBe("vfio-noiommu\n");
    expect(sysfs.read(`${at(1)}/type`)).toBe("unknown\n");
    expect(sysfs.read(`${at(1)}/reserved_regions`)).toBe("");
    expect(sysfs.list("/sys/class/vfio")).toEqual(["0", "1"]);
    expect(sysfs.readlink("/sys/class/vfio/1")).toBe("../../devices/virtual/vfio/1");
    expect(sysfs.list("/sys/class/vfio-dev")).toEqual(["vfio0", "vfio1"]);
  });

  it.each(profileNames)("change their type as %s allows", (profile) => {
    const bench = new Bench({ profile });
    const group = bench.newGroup(measuredIommu);
    const directory = bench.machine.sysfs.walk("devices/pci0000:00/0000:00:05.0");
    const member = { name: "0000:00:05.0", directory, usesDmaApi: false, driverBound: true };
    group.add(member);
    const write = (text: string) =>
      answer(() => bench.kernel.sysfs.write(`/sys/kernel/iommu_groups/${group.id}/type`, text));
    expect(write("bogus")).toBe("EINVAL");
    expect(write("identity")).toBe(profile === "6.1" ? "EBUSY" : 8);
    group.owner = {};
    expect(write("identity")).toBe(profile === "6.1" ? "EBUSY" : "EPERM");
    group.owner = undefined;
    group.remove(member);
    group.add({ ...member, driverBound: false });
    expect(write("identity\n")).toBe(9);
    expect(bench.kernel.sysfs.read(`/sys/kernel/iommu_groups/${group.id}/type`)).toBe("identity\n");
  });
});

describe("nodes and the host around them", () => {
  it("are as measured", () => {
    const bench = new Bench();
    const { group } = bench.addEmulated("dev", new TestDevice());
    const { system } = bench.kernel;
    expect(system.stat("/dev/vfio/vfio")).toMatchObject({ mode: 0o666, major: 10, minor: 196 });
    const node = system.stat(`/dev/vfio/${group.id}`);
    expect(node).toMatchObject({ kind: "character", mode: 0o600, uid: 0, minor: 0 });
    expect(system.list("/dev/vfio")).toEqual([`${group.id}`, "vfio"]);
    expect(system.stat("/dev/vfio")).toMatchObject({ kind: "directory" });
    expect(system.stat("/nowhere")).toBeUndefined();
    expect(system.memlock()).toEqual({ soft: 8 << 20, hard: 8 << 20 });
    expect([system.uid(), system.pid()]).toEqual([0, bench.kernel.process.pid]);
    expect(system.readText("/proc/self/comm")).toBe("node\n");
  });
});
