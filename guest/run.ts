import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Channel } from "./channels.js";
import type { GuestOptions, GuestResult } from "./guest-options.js";
import { initramfs } from "./initramfs.js";
import { jobFiles } from "./job.js";
import { KernelLog } from "./kernel-log.js";
import { kernelRecipe } from "./kernels.js";
import { machineArguments } from "./machine.js";
import { prepareGuest } from "./prepare.js";
import { kernelDirectory, type PreparedKernel, versionWarning } from "./prepared-kernel.js";
import { requireQemu, startQemu } from "./qemu.js";
import { createRunDirectory } from "./run-directory.js";
import { Supervisor } from "./supervisor.js";
import { connectPorts, openChannels, ports } from "./wiring.js";

const DRIVE_BYTES = 64 * 1024 * 1024;

const FAILURE_CODES = { panicked: 70, lost: 70, "timed-out": 124, aborted: 130 } as const;

/**
 * Boots a kernel, runs one command in it on the host's file system, and switches it off. Prepares
 * the kernel first if need be. Throws GuestSetupError for what this machine lacks; what happens to
 * the guest is in the result.
 */
export async function runInGuest(options: GuestOptions): Promise<GuestResult> {
  const recipe = kernelRecipe(options.kernel);
  requireQemu();
  const log = options.log ?? (() => {});
  const kernel = await prepareGuest({ kernel: recipe.name, log });
  const warning = versionWarning(kernel, recipe);
  if (warning) log(warning);
  const first = await bootOnce(options, kernel);
  if (!first.panicked || first.kernelRelease !== "") return first;
  log(`the kernel panicked before it ran anything; once more\n${first.fault}`);
  return bootOnce(options, kernel);
}

async function bootOnce(options: GuestOptions, kernel: PreparedKernel): Promise<GuestResult> {
  const directory = createRunDirectory();
  try {
    return await boot(options, kernel, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function boot(
  options: GuestOptions,
  kernel: PreparedKernel,
  directory: string,
): Promise<GuestResult> {
  const started = performance.now();
  const log = new KernelLog();
  const channels = await openChannels(directory, options.terminal !== undefined);
  const args = guestArguments({ options, kernel, directory, channels });
  const qemu = startQemu(args, (chunk) => {
    const text = log.append(chunk);
    options.onKernelLog?.(text);
    supervisor.logged();
  });
  const supervisor = new Supervisor(log, qemu.kill);
  const ended = new AbortController();
  superviseFromOutside(options, supervisor, ended.signal);
  connectPorts(options, channels, supervisor);
  try {
    await qemu.ended;
    await Promise.all([...channels.values()].map((channel) => channel.drained()));
  } finally {
    supervisor.stop();
    ended.abort();
    for (const channel of channels.values()) channel.close();
  }
  const { outcome } = supervisor;
  return {
    outcome,
    exitCode: outcome === "exited" ? (supervisor.exitCode ?? 0) : FAILURE_CODES[outcome],
    panicked: outcome === "panicked",
    kernelRelease: supervisor.kernelRelease,
    kernelVersion: kernel.version,
    fault: log.fault,
    log: [log.text, qemu.complaints()].filter(Boolean).join("\n"),
    seconds: (performance.now() - started) / 1000,
  };
}

/** Writes the files of this boot and returns the command line that uses them. */
function guestArguments(run: {
  readonly options: GuestOptions;
  readonly kernel: PreparedKernel;
  readonly directory: string;
  readonly channels: ReadonlyMap<string, Channel>;
}): string[] {
  const { options, kernel, directory, channels } = run;
  const { terminal, command, cwd = process.cwd(), env = {} } = options;
  const cached = kernelDirectory(kernelRecipe(kernel.name));
  const drive = join(directory, "nvme.img");
  writeFileSync(drive, "");
  truncateSync(drive, DRIVE_BYTES);
  const archive = join(directory, "initramfs.cpio");
  const size = terminal && `rows ${terminal.rows} cols ${terminal.columns}`;
  const job = jobFiles({ command, cwd, env, release: kernel.release });
  writeFileSync(archive, initramfs({ kernel, directory: cached, job, terminal: size }));
  return machineArguments({
    kernelImage: join(cached, kernel.image),
    initramfs: archive,
    memory: options.memory ?? "2G",
    iommu: options.iommu ?? true,
    verbose: options.onKernelLog !== undefined,
    drive,
    ports: new Map(ports.map((name) => [name, channels.get(name)?.path ?? ""])),
    terminal: channels.get("terminal")?.path,
  });
}

function superviseFromOutside(
  { timeoutSeconds, signal }: GuestOptions,
  supervisor: Supervisor,
  ended: AbortSignal,
): void {
  if (timeoutSeconds !== undefined) {
    const timer = setTimeout(() => supervisor.end("timed-out"), timeoutSeconds * 1000);
    ended.addEventListener("abort", () => clearTimeout(timer));
  }
  const abort = () => supervisor.end("aborted");
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { signal: ended });
}
