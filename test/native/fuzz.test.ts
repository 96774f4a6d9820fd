// Goal: no native function crashes the process, whatever JavaScript passes to it. The same runs
// under sanitizers in sanitizers.mjs.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describe } from "../linux/host.js";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

describe("native functions", () => {
  it("survive 100,000 random calls", () => {
    const addon = path("../../build/Release/node_vfio.node");
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      [path("fuzz.mjs"), "--addon", addon, "--calls", "100000"],
      { encoding: "utf8", timeout: 120_000 },
    );
    console.log(stdout.trim());
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
    expect(stdout).toContain("survived");
  }, 120_000);
});
