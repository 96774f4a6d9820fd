import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Kernel } from "../../../src/kernel.js";
import { addresses, pciPath } from "../fixtures/needs.js";
import { leftovers } from "../run/leftovers.js";
import type { CaseRecord } from "../run/record.js";

const command = fileURLToPath(new URL("../../../src/cli/main.js", import.meta.url));
const { edu } = addresses;

/**
 * Runs the guided tour on this machine's kernel, with edu bound for it, and checks what it leaves.
 */
export function runTour(kernel: Kernel): CaseRecord {
  const name = "tour";
  const empty = { name, vectors: [], steps: [], failures: [], milliseconds: 0 };
  if (!existsSync(command)) return { ...empty, skipped: "the command is not built" };
  const started = performance.now();
  const { sysfs } = kernel;
  sysfs.write(`${pciPath(edu)}/driver_override`, "vfio-pci");
  sysfs.write("/sys/bus/pci/drivers_probe", edu);
  const args = [command, "tour", "--kernel", "host"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  sysfs.write("/sys/bus/pci/drivers/vfio-pci/unbind", edu);
  sysfs.write(`${pciPath(edu)}/driver_override`, "\n");
  const errors = leftovers(kernel);
  if (status !== 0) errors.unshift(`exit ${status}: ${stderr.trim()}\n${stdout.trim()}`);
  return {
    ...empty,
    steps: [{ call: "vfio tour", result: `exit ${status}` }],
    ...(errors.length === 0 ? {} : { error: errors.join("; ") }),
    milliseconds: Math.round(performance.now() - started),
  };
}
