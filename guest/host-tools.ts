import { type SpawnOptions, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { GuestSetupError } from "./setup-error.js";

/** Debian package of each program that preparing or booting a guest calls. */
const PACKAGES = {
  "apt-get": "apt",
  "apt-cache": "apt",
  "apt-config": "apt",
  dpkg: "dpkg",
  "dpkg-deb": "dpkg",
  tar: "tar",
  xz: "xz-utils",
  zstd: "zstd",
  make: "make",
  "gcc-12": "gcc-12",
  ld: "binutils",
  bc: "bc",
  perl: "perl",
  "qemu-system-x86_64": "qemu-system-x86",
} as const;

/** A program that this tool knows the package of. */
export type HostTool = keyof typeof PACKAGES;

/** Looks a program up in PATH; undefined when it is not there. */
export function findProgram(name: string): string | undefined {
  const directories = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  for (const directory of directories) {
    const candidate = join(directory, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // The next directory may have it.
    }
  }
  return undefined;
}

/** Throws one error that names every missing program's package, so that one install is enough. */
export function requireTools(tools: readonly HostTool[]): void {
  const missing = tools.filter((tool) => findProgram(tool) === undefined);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => PACKAGES[tool]))];
  throw new GuestSetupError(
    `not found: ${missing.join(", ")}. On Debian or Ubuntu: apt-get install ${packages.join(" ")}`,
  );
}

/** Where and how `runTool` runs a program. */
export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end and returns its stdout; a failure carries what it wrote. */
export async function runTool(
  program: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<string> {
  const settings: SpawnOptions = { ...options, stdio: ["ignore", "pipe", "pipe"] };
  const child = spawn(program, args, settings);
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => complaints.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code === 0) return Buffer.concat(output).toString();
  const said = Buffer.concat([...output, ...complaints])
    .toString()
    .trim()
    .slice(-4000);
  throw new GuestSetupError(`${program} ${args.join(" ")} failed (${code}):\n${said}`);
}
