import { closeSync, ftruncateSync, openSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Vfio } from "../src/index.js";
import { OpenFlags } from "../src/kernel.js";
import { LinuxKernel } from "../src/linux/index.js";
import { type Baseline, loadBaseline } from "./baseline.js";
import { NativeRegions } from "./native-regions.js";

/** What the rows measure with. */
export interface Stage {
  baseline: Baseline;
  native: LinuxKernel;
  /** A file of zeros in memory that stands in for a region: a descriptor of `native`. */
  file: number;
  /** Simulated devices whose mappings and file accesses are native, through the public API. */
  overNative: Vfio;
}

/** Addresses of the simulated devices: sixteen of QEMU's edu, each alone in its group. */
export const addresses = Array.from({ length: 16 }, (_, at) => `0000:00:${hex(at + 8)}.0`);

/** Sets the stage. */
export async function openStage(): Promise<Stage> {
  const native = new LinuxKernel();
  const file = native.open(zeros(1 << 20), OpenFlags.readWrite);
  const devices = addresses.map((address) => ({ model: "edu" as const, address }));
  const { kernel: simulated } = await Vfio.simulate({ devices });
  const kernel = new NativeRegions(simulated, native, file);
  return {
    baseline: loadBaseline(),
    native,
    file,
    overNative: await Vfio.open({ kernel }),
  };
}

/** A file of zeros that is in memory where the machine has such a place; unlinked by its user. */
function zeros(length: number): string {
  const path = join(process.platform === "linux" ? "/dev/shm" : tmpdir(), `bench-${process.pid}`);
  const fd = openSync(path, "w+", 0o600);
  ftruncateSync(fd, length);
  closeSync(fd);
  process.on("exit", () => unlinkSync(path));
  return path;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, "0");
}
