// Goal: what the host tells about itself is what it is.

import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { expect, it } from "vitest";
import { OpenFlags } from "../../src/kernel.js";
import { describe, temporaryFile, testKernel } from "./host.js";

describe("the system", () => {
  it("describes files, folders and devices", () => {
    const { system } = testKernel();
    const path = temporaryFile(3);
    chmodSync(path, 0o640);
    expect(system.stat(path)).toMatchObject({ kind: "file", mode: 0o640, uid: system.uid() });
    expect(system.stat(dirname(path))?.kind).toBe("directory");
    expect(system.stat("/dev/null")).toMatchObject({ kind: "character", major: 1, minor: 3 });
    expect(system.stat("/nowhere")).toBeUndefined();
    expect(system.list(dirname(path))).toEqual(["file"]);
    expect(system.list("/nowhere")).toEqual([]);
    expect(system.readText(path)).toBe("\0\0\0");
    expect(system.readText("/nowhere")).toBeUndefined();
    expect(() => system.stat(1 as never)).toThrow(TypeError);
  });

  it("tells who holds a file, by whatever name it was opened", () => {
    const kernel = testKernel();
    const path = temporaryFile(3);
    expect(kernel.system.holders(path)).toEqual([]);
    kernel.open(path, OpenFlags.readOnly);
    const [holder, ...others] = kernel.system.holders(path);
    expect(holder?.pid).toBe(process.pid);
    expect(holder?.command).not.toBe("");
    expect(others).toEqual([]);
    expect(kernel.system.holders("/nowhere")).toEqual([]);
  });

  it("knows this process", () => {
    const { system } = testKernel();
    expect(system.pid()).toBe(process.pid);
    expect(String(system.uid())).toBe(execFileSync("id", ["-u"], { encoding: "utf8" }).trim());
    const soft = execFileSync("bash", ["-c", "ulimit -Sl"], { encoding: "utf8" }).trim();
    const expected = soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft) * 1024;
    expect(system.memlock().soft).toBe(expected);
    expect(system.memlock().hard).toBeGreaterThanOrEqual(expected);
  });
});

describe("the clock", () => {
  it("goes forward, and sleeps as long as it is told", async () => {
    const { clock } = testKernel();
    const before = clock.now();
    await clock.sleep(20);
    expect(clock.now() - before).toBeGreaterThan(19_000_000n);
  });

  it("stops sleeping with the signal's reason", async () => {
    const { clock } = testKernel();
    const controller = new AbortController();
    const sleep = clock.sleep(60_000, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(sleep).rejects.toThrow("enough");
    await expect(clock.sleep(1, { signal: controller.signal })).rejects.toThrow("enough");
  });
});

describe("the description", () => {
  it("is for people", () => {
    const { description } = testKernel();
    const release = execFileSync("uname", ["-r"], { encoding: "utf8" }).trim();
    expect(description).toEqual({ kind: "linux", release, text: `Linux ${release}` });
  });
});
