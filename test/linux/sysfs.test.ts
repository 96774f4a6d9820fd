// Goal: /sys is read as it is and written exactly once; a write that blocks for ever takes nobody
// with it. A FIFO stands in for an attribute whose write does not return.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { OpenFlags } from "../../src/kernel.js";
import { describe, openDescriptors, runProgram, temporaryFile, testKernel } from "./host.js";

/** A folder with a file, a link and a folder in it. */
function tree() {
  const file = temporaryFile(new TextEncoder().encode("0x8086\n"));
  const folder = dirname(file);
  symlinkSync("file", join(folder, "link"));
  mkdirSync(join(folder, "folder"));
  return { folder, file };
}

/** A FIFO without a reader: whoever opens it for writing waits. */
function fifo(): string {
  const path = join(tree().folder, "fifo");
  execFileSync("mkfifo", [path]);
  // Lets an abandoned helper go at the end.
  onTestFinished(() => void spawnSync("timeout", ["1", "cat", path]));
  return path;
}

/** A process's command line; empty where it is gone. */
function commandOf(pid: string): string {
  try {
    return /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
  } catch {
    return "";
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

describe("reading", () => {
  it("gives text, bytes, names, links and kinds", () => {
    const { sysfs } = testKernel();
    const { folder, file } = tree();
    expect(sysfs.read(file)).toBe("0x8086\n");
    expect([...sysfs.readBytes(file)]).toEqual([..."0x8086\n"].map((c) => c.charCodeAt(0)));
    expect(sysfs.list(folder)).toEqual(["file", "folder", "link"]);
    expect(sysfs.readlink(join(folder, "link"))).toBe("file");
    expect(sysfs.realpath(join(folder, "link"))).toBe(sysfs.realpath(file));
    const kinds = sysfs.list(folder).map((name) => sysfs.kind(join(folder, name)));
    expect(kinds).toEqual(["file", "directory", "link"]);
    expect(sysfs.kind(join(folder, "nothing"))).toBeUndefined();
    expect(sysfs.kind(join(file, "below"))).toBeUndefined();
  });

  it("says what failed", () => {
    const { sysfs } = testKernel();
    const { folder } = tree();
    const path = join(folder, "nothing");
    const enoent = (syscall: string) => expect.objectContaining({ code: "ENOENT", syscall, path });
    expect(() => sysfs.read(path)).toThrow(enoent("open"));
    expect(() => sysfs.list(path)).toThrow(enoent("scandir"));
    expect(() => sysfs.readlink(path)).toThrow(enoent("readlink"));
    expect(() => sysfs.realpath(path)).toThrow(expect.objectContaining({ name: "VfioError" }));
    expect(() => sysfs.read(folder)).toThrow(expect.objectContaining({ code: "EISDIR" }));
    expect(() => sysfs.read(1 as never)).toThrow(TypeError);
    expect(() => sysfs.kind(null as never)).toThrow(TypeError);
  });
});

describe("write", () => {
  it("writes exactly these bytes, without truncation", () => {
    const { sysfs } = testKernel();
    const { file } = tree();
    expect(sysfs.write(file, "1")).toBe(1);
    expect(readFileSync(file, "utf8")).toBe("1x8086\n");
    expect(sysfs.write(file, Uint8Array.of(0x32, 0x33))).toBe(2);
    expect(sysfs.write(file, "")).toBe(0);
    expect(readFileSync(file, "utf8")).toBe("238086\n");
  });

  it("creates nothing, and says which call failed", () => {
    const { sysfs } = testKernel();
    const { folder } = tree();
    const path = join(folder, "new");
    expect(() => sysfs.write(path, "1")).toThrow(
      expect.objectContaining({ code: "ENOENT", syscall: "open", path }),
    );
    expect(() => sysfs.write("/dev/full", "1")).toThrow(
      expect.objectContaining({ code: "ENOSPC", syscall: "write", path: "/dev/full" }),
    );
    expect(() => sysfs.write(path, 1 as never)).toThrow(TypeError);
  });

  it("leaves no file open, whether it fails or not", () => {
    const { sysfs } = testKernel();
    const { file } = tree();
    const before = openDescriptors();
    sysfs.write(file, "1");
    expect(() => sysfs.write("/dev/full", "1")).toThrow();
    expect(openDescriptors()).toBe(before);
  });
});

describe("writeBlocking", () => {
  it("writes as write does, with the same outcome", async () => {
    const { sysfs } = testKernel();
    const { file, folder } = tree();
    expect(await sysfs.writeBlocking(file, "ab")).toBe(2);
    expect(readFileSync(file, "utf8")).toBe("ab8086\n");
    await expect(sysfs.writeBlocking("/dev/full", "1")).rejects.toThrow(
      expect.objectContaining({ name: "VfioError", code: "ENOSPC", syscall: "write" }),
    );
    await expect(sysfs.writeBlocking(join(folder, "new"), "1")).rejects.toThrow(
      expect.objectContaining({ code: "ENOENT", syscall: "open", path: join(folder, "new") }),
    );
    expect(() => sysfs.writeBlocking(1 as never, "1")).toThrow(TypeError);
  });

  it("is abandoned after its timeout, or by its signal; the loop goes on meanwhile", async () => {
    const { sysfs } = testKernel();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const late = expect.objectContaining({ code: "ETIMEDOUT", syscall: "write" });
    await expect(sysfs.writeBlocking(fifo(), "1", { timeout: 100 })).rejects.toThrow(late);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
    const controller = new AbortController();
    const write = sysfs.writeBlocking(fifo(), "1", { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 50);
    await expect(write).rejects.toThrow("enough");
    await expect(
      sysfs.writeBlocking("/dev/null", "1", { signal: controller.signal }),
    ).rejects.toThrow("enough");
  });

  it("runs where nothing of this process is open or mapped", async () => {
    const kernel = testKernel();
    const held = temporaryFile(4096);
    const fd = kernel.open(held, OpenFlags.readWrite);
    kernel.mmap(fd, { offset: 0, length: 4096 });
    const path = fifo();
    const write = kernel.sysfs.writeBlocking(path, "1", { timeout: 10_000 });
    let helper: string | undefined;
    while (helper === undefined) {
      await sleep(5);
      helper = readdirSync("/proc").find((pid) => commandOf(pid).includes(path));
    }
    const files = readdirSync(`/proc/${helper}/fd`).map((name) =>
      linkOf(`/proc/${helper}/fd/${name}`),
    );
    expect(files).not.toContain(held);
    expect(readFileSync(`/proc/${helper}/maps`, "utf8")).not.toContain(held);
    execFileSync("timeout", ["5", "cat", path]);
    expect(await write).toBe(1);
  });

  it("does not keep a process alive that has given up waiting", () => {
    const path = fifo();
    const started = Date.now();
    const { status } = runProgram(`
      const kernel = new LinuxKernel();
      const path = ${JSON.stringify(path)};
      await kernel.sysfs.writeBlocking(path, "1", { timeout: 100 }).catch(() => {});
    `);
    expect(status).toBe(0);
    expect(Date.now() - started).toBeLessThan(10_000);
  });
});
