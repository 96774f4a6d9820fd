// Goal: as a process the command behaves as shells expect: exit codes, closed pipes, Ctrl-C,
// colours.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const main = join(root, "dist", "src", "cli", "main.js");

beforeAll(() => {
  if (!existsSync(main)) throw new Error("the command is not built: npm run build");
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the built command. `during` is called with each piece of standard error. */
function vfio(argv: readonly string[], during?: (interrupt: () => void, err: string) => void) {
  return new Promise<Ended>((resolve) => {
    const env = { ...process.env, VFIO_KERNEL: "simulated" };
    const child = spawn(process.execPath, [main, ...argv], { env });
    const ended: Ended = { code: null, out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      ended.out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      ended.err += text;
      during?.(() => void child.kill("SIGINT"), ended.err);
    });
    child.on("close", (code) => resolve({ ...ended, code }));
  });
}

describe("the command as a process", () => {
  it("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(await vfio(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
  });

  it("ends with the exit code, and all that it printed is out", async () => {
    const { code, out, err } = await vfio(["list", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out).length).toBeGreaterThan(10);
    expect(err).toMatch(/^This runs on a simulated Linux/);
    expect((await vfio(["read"])).code).toBe(2);
    expect((await vfio(["info", "00:1e.0"])).code).toBe(1);
  });

  it("has no colours where nobody sees them", async () => {
    expect((await vfio(["groups"])).out).not.toContain("\u001b");
  });

  it("ends when it is interrupted, and closes the device first", async () => {
    let once = false;
    const { code, err } = await vfio(["irq", "wait", "00:05.0", "msi"], (interrupt, text) => {
      if (once || !text.includes("This runs on")) return;
      once = true;
      setTimeout(interrupt, 1000);
    });
    expect(err).toMatch(/Interrupted\.\n$/);
    expect(code).toBe(130);
  });

  it("ends quietly when nobody reads on", async () => {
    const line = `"${process.execPath}" "${main}" dump 00:05.0 config --width 8 | true`;
    const shell = spawn("sh", ["-c", line], { env: { ...process.env, VFIO_KERNEL: "simulated" } });
    let err = "";
    shell.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    await new Promise((resolve) => shell.on("close", resolve));
    expect(err).toBe("This runs on a simulated Linux 6.1 (seed 1), which ends with the command.\n");
  });
});

describe.skipIf(existsSync("/dev/vfio/vfio"))("a machine without VFIO", () => {
  it("is told how to go on with the simulated one", async () => {
    const { code, err } = await vfio(["read", "00:05.0", "bar0", "0", "--kernel", "host"]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^Error: ENOENT: .*\n(.*\n)*.*--kernel simulated, or VFIO_KERNEL=simulated/,
    );
  });

  it.skipIf(!existsSync("/sys/bus/pci/devices"))("can still be looked at", async () => {
    const { code, out } = await vfio(["list", "--json", "--kernel", "host"]);
    expect(code).toBe(0);
    expect(Array.isArray(JSON.parse(out))).toBe(true);
  });
});

describe("standard output that cannot be written", () => {
  it.skipIf(!existsSync("/dev/full"))("is one line of error", async () => {
    const line = `"${process.execPath}" "${main}" list --kernel simulated > /dev/full`;
    const shell = spawn("sh", ["-c", line]);
    let err = "";
    shell.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    const code = await new Promise((resolve) => shell.on("close", resolve));
    expect(code).toBe(1);
    expect(err).toMatch(/\nError: standard output: ENOSPC.*\n$/);
  });
});
