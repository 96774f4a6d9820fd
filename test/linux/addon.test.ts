// Goal: the library can be imported anywhere; only a LinuxKernel needs the addon, and says how to
// get it where it is missing.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "./host.js";

describe("without an addon", () => {
  const folder = mkdtempSync(join(tmpdir(), "node-vfio-"));
  const library = pathToFileURL(join(folder, "dist", "src", "linux", "index.js")).href;

  beforeAll(() => {
    const dist = fileURLToPath(new URL("../../dist/src", import.meta.url));
    cpSync(dist, join(folder, "dist", "src"), { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "name": "node-vfio", "type": "module" }');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("the module can be imported", () => {
    const { stdout } = runProgram(`
      const library = await import("${library}");
      console.log(typeof library.LinuxKernel);
    `);
    expect(stdout).toBe("function\n");
  });

  it("a LinuxKernel says what is missing and how to get it", () => {
    const { stdout } = runProgram(
      `
      const library = await import("${library}");
      try { new library.LinuxKernel(); } catch (error) { console.log(error.code, error.message); }
    `,
      { NODE_VFIO_ADDON: undefined },
    );
    expect(stdout).toContain("ERR_VFIO_UNAVAILABLE");
    expect(stdout).toContain("apt-get install build-essential python3");
    expect(stdout).toContain("npm run build");
  });

  it("another operating system is told that VFIO is Linux's", () => {
    const { stdout } = runProgram(`
      Object.defineProperty(process, "platform", { value: "darwin" });
      try { new LinuxKernel(); } catch (error) { console.log(error.message); }
    `);
    expect(stdout).toContain("VFIO is a part of Linux, and this is darwin");
  });
});
