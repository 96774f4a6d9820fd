import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Row } from "../harness.js";

const root = join(import.meta.dirname, "..", "..", "..");

/** Whole processes: what importing the library and asking for the version cost. */
export function startUpRows(): Row[] {
  const library = join(root, "dist", "src", "index.js");
  const addon = join(root, "dist", "src", "linux", "index.js");
  const vfio = join(root, "dist", "src", "cli", "main.js");
  const script = `await import(${JSON.stringify(library)});
    new (await import(${JSON.stringify(addon)})).LinuxKernel();`;
  const against = "empty script";
  const empty = () => spawn(["--input-type=module", "-e", "0"]);
  return [
    {
      name: "import of library and addon",
      against,
      goal: 1.15,
      baseline: empty,
      ours: () => spawn(["--input-type=module", "-e", script]),
    },
    {
      name: "vfio --version",
      against,
      goal: 1.2,
      baseline: empty,
      ours: () => spawn([vfio, "--version"]),
    },
  ];
}

function spawn(args: string[]): number {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")}: ${stderr}`);
  return Number(process.hrtime.bigint() - start);
}
