import { LinuxKernel } from "../../../src/linux/kernel.js";
import { startRemote } from "../remote/start.js";
import { versionOf } from "../trial/index.js";
import type { Bench } from "./run-case.js";

/** This machine's own kernel. */
export function linuxBench(): Bench {
  const kernel = new LinuxKernel();
  return {
    kernel,
    version: versionOf(kernel.description.release),
    host: { process: (options) => startRemote(kernel, options) },
  };
}
