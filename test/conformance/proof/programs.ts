import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Kernel } from "../../../src/kernel.js";
import { addresses, pciPath } from "../fixtures/needs.js";
import { leftovers } from "../run/leftovers.js";
import type { CaseRecord } from "../run/record.js";

/** A program that runs on the real kernel only: that it ends well, and prints this, is all. */
interface Program {
  readonly name: string;
  /** Compiled, from this file's folder in dist/. */
  readonly script: string;
  readonly args: readonly string[];
  /** The device that is bound for it. */
  readonly device: string;
  /** A document whose first block of text is what it prints. */
  readonly document?: string;
}

const programs: readonly Program[] = [
  {
    name: "tour",
    script: "../../../src/cli/main.js",
    args: ["tour", "--kernel", "host"],
    device: addresses.edu,
  },
  {
    name: "guide: an NVMe driver",
    script: "../../../examples/nvme-driver.js",
    args: [addresses.nvme],
    device: addresses.nvme,
    document: "../../../../docs/nvme-driver.md",
  },
];

/** Whether a record of this name is that of a program. */
export function isProgram(name: string): boolean {
  return programs.some((program) => program.name === name);
}

/** Runs the programs on this machine's kernel, and checks what they leave. */
export function runPrograms(kernel: Kernel): CaseRecord[] {
  return programs.map((program) => runProgram(kernel, program));
}

function runProgram(kernel: Kernel, program: Program): CaseRecord {
  const { name, script, args, device } = program;
  const empty = { name, vectors: [], steps: [], failures: [], milliseconds: 0 };
  const path = pathOf(script);
  if (!existsSync(path)) return { ...empty, skipped: "it is not built" };
  const started = performance.now();
  const { sysfs } = kernel;
  sysfs.write(`${pciPath(device)}/driver_override`, "vfio-pci");
  sysfs.write("/sys/bus/pci/drivers_probe", device);
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], {
    encoding: "utf8",
  });
  sysfs.write("/sys/bus/pci/drivers/vfio-pci/unbind", device);
  sysfs.write(`${pciPath(device)}/driver_override`, "\n");
  const errors = leftovers(kernel);
  const wanted = wantedOutput(program);
  if (wanted !== undefined && stdout !== wanted) errors.unshift(`it prints:\n${stdout.trim()}`);
  if (status !== 0) errors.unshift(`exit ${status}: ${stderr.trim()}\n${stdout.trim()}`);
  return {
    ...empty,
    steps: [{ call: name, result: `exit ${status}` }],
    ...(errors.length === 0 ? {} : { error: errors.join("; ") }),
    milliseconds: Math.round(performance.now() - started),
  };
}

function wantedOutput({ document }: Program): string | undefined {
  if (document === undefined) return undefined;
  return /```text\n([\s\S]*?)```/.exec(readFileSync(pathOf(document), "utf8"))?.[1];
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
