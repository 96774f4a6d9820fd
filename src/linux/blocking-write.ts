import { type ChildProcess, spawn } from "node:child_process";
import { after, duration } from "../duration.js";
import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import type { BlockingWriteOptions } from "../kernel.js";

/**
 * What the helper process runs: open, one write, and the outcome as a line `written N` or
 * `<syscall> <errno>`. It is text and not a file, so that it runs from any build of this package.
 */
const HELPER = `
const fs = require("node:fs");
const [path, data] = process.argv.slice(1);
let outcome;
try {
  const fd = fs.openSync(path, fs.constants.O_WRONLY);
  outcome = "written " + fs.writeSync(fd, Buffer.from(data, "base64"));
} catch (error) {
  outcome = error.syscall + " " + -error.errno;
}
process.stdout.write(outcome);
`;

/**
 * Writes in a process of its own that has none of this one's files: a write that unbinds a device
 * waits until nobody holds the device, without end and immune to signals. All of our descriptors
 * are close-on-exec and our mappings are not passed on, so the helper holds nothing.
 *
 * @returns bytes written
 * @throws VfioError as write(2) would; ETIMEDOUT when `timeout` is over (the write goes on);
 *   the signal's reason when it is aborted (the write goes on then, too)
 */
export function writeInHelper(
  path: string,
  data: Uint8Array,
  { timeout, signal }: BlockingWriteOptions,
): Promise<number> {
  return new Promise((resolve, reject) => {
    if (timeout !== undefined) duration(timeout, "timeout");
    if (signal?.aborted) return reject(signal.reason);
    const helper = startHelper(path, data);
    const stop = () => {
      cancel?.();
      signal?.removeEventListener("abort", onAbort);
    };
    const abandon = (reason: unknown) => {
      stop();
      helper.removeAllListeners();
      helper.stdout?.destroy();
      helper.unref();
      reject(reason);
    };
    const onAbort = () => abandon(signal?.reason);
    const cancel =
      timeout === undefined ? undefined : after(timeout, () => abandon(timedOut(path, timeout)));
    signal?.addEventListener("abort", onAbort, { once: true });
    let outcome = "";
    helper.stdout?.setEncoding("utf8").on("data", (text: string) => {
      outcome += text;
    });
    helper.on("error", (error) => abandon(error));
    helper.on("close", () => {
      stop();
      const [word = "", number = ""] = outcome.split(" ");
      if (word === "written") return resolve(Number(number));
      if (number !== "") {
        return reject(new VfioError({ errno: Number(number), syscall: word, path }));
      }
      reject(new Error(`the helper process for writing ${path} died`));
    });
  });
}

function startHelper(path: string, data: Uint8Array): ChildProcess {
  return spawn(process.execPath, ["-e", HELPER, path, Buffer.from(data).toString("base64")], {
    // In a session of its own: Ctrl-C is for us, not for a write that must not be torn.
    detached: true,
    env: {},
    stdio: ["ignore", "pipe", "ignore"],
    cwd: "/",
  });
}

function timedOut(path: string, timeout: number): VfioError {
  return new VfioError({
    errno: Errno.ETIMEDOUT,
    syscall: "write",
    path,
    hint: `the kernel has not finished after ${timeout} ms; the write goes on in another process`,
  });
}
