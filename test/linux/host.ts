import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { onTestFinished, describe as vitestDescribe } from "vitest";
import { type Fd, OpenFlags } from "../../src/kernel.js";
import { LinuxKernel } from "../../src/linux/index.js";

/** Why there is no addon here; undefined where there is one. `npm run build` said it, too. */
export const noAddon = whyNoAddon();

/** `describe`, skipped where the addon is not built. */
export const describe: ReturnType<typeof vitestDescribe.skipIf> = vitestDescribe.skipIf(
  noAddon !== undefined,
);

function whyNoAddon(): string | undefined {
  try {
    new LinuxKernel().shutdown();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** A kernel that is shut down at the end of the test. */
export function testKernel(): LinuxKernel {
  const kernel = new LinuxKernel();
  onTestFinished(() => kernel.shutdown());
  return kernel;
}

/** A file of so many bytes (or these), gone at the end of the test. */
export function temporaryFile(content: number | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "node-vfio-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "file");
  writeFileSync(path, typeof content === "number" ? new Uint8Array(content) : content);
  return path;
}

/** A file opened for reading and writing. */
export function openTemporary(kernel: LinuxKernel, content: number | Uint8Array): Fd {
  return kernel.open(temporaryFile(content), OpenFlags.readWrite);
}

/** How many file descriptors this process has. */
export function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

/** How many of this process's mappings show this text. */
export function mappingsOf(text: string): number {
  const maps = readFileSync("/proc/self/maps", "utf8");
  return maps.split("\n").filter((line) => line.includes(text)).length;
}

/** Whether some mapping of this process covers this address. */
export function isMapped(address: bigint): boolean {
  const maps = readFileSync("/proc/self/maps", "utf8").split("\n");
  return maps.some((line) => {
    const [first, end] = (line.split(" ")[0] ?? "")
      .split("-")
      .map((text) => BigInt(`0x${text || 0}`));
    return first !== undefined && end !== undefined && first <= address && address < end;
  });
}

/** Collects garbage and lets finalizers run. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  for (let i = 0; i < 4; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What a program did that ran in a process of its own. */
export interface ProgramResult {
  status: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Runs a program against the compiled library: `LinuxKernel` and `OpenFlags` are in scope. */
export function runProgram(body: string, env: NodeJS.ProcessEnv = {}): ProgramResult {
  const library = new URL("../../dist/src/", import.meta.url);
  const program =
    `import { LinuxKernel } from "${new URL("linux/index.js", library)}";\n` +
    `import { OpenFlags } from "${new URL("kernel.js", library)}";\n${body}`;
  const result = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, ...env },
  });
  return result;
}
