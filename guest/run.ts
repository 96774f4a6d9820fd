import { rmSync, truncateSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Duplex, Readable } from "node:stream";
import type { Log } from "./cache.js";
import { type Channel, openChannel } from "./channels.js";
import { initramfs } from "./initramfs.js";
import { jobFiles } from "./job.js";
import { KernelLog } from "./kernel-log.js";
import { type KernelName, kernelRecipe } from "./kernels.js";
import { machineArguments } from "./machine.js";
import { prepareGuest } from "./prepare.js";
import { kernelDirectory, type PreparedKernel, versionWarning } from "./prepared-kernel.js";
import { startQemu } from "./qemu.js";
import { createRunDirectory } from "./run-directory.js";
import { type GuestOutcome, Supervisor } from "./supervisor.js";

/** What `runInGuest` is asked for. */
export interface GuestOptions {
  readonly kernel: KernelName;
  /** Program and arguments; a single one with spaces is a shell line. Empty: an interactive shell. */
  readonly command: readonly string[];
  /** Working directory, the same path as on the host; the current one by default. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** QEMU is killed after this time, boot included. */
  readonly timeoutSeconds?: number;
  /** Memory in QEMU's notation, `2G` by default. */
  readonly memory?: string;
  /** Whether the machine has an IOMMU; it has by default. */
  readonly iommu?: boolean;
  readonly onOutput?: (chunk: Buffer, stream: "stdout" | "stderr") => void;
  /** Receives what the command writes to the file that `VFIO_GUEST_RESULTS` names. */
  readonly onResults?: (chunk: Buffer) => void;
  /** Let the kernel print all its messages, and receive them. */
  readonly onKernelLog?: (text: string) => void;
  /** Input of the command; it finds the end of file when there is none. */
  readonly stdin?: Readable;
  /** Connected to the guest's terminal while it runs; for interactive commands. */
  readonly terminal?: GuestTerminal;
  /** Kills the guest. */
  readonly signal?: AbortSignal;
  /** Receives progress and warnings. */
  readonly log?: Log;
}

/** A person's terminal. */
export interface GuestTerminal {
  readonly rows: number;
  readonly columns: number;
  /** Joins the guest's console and the terminal until the guest has gone. */
  connect(console: Duplex): void;
}

/** What `runInGuest` reports. */
export interface GuestResult {
  readonly outcome: GuestOutcome;
  /** The command's; 70 when the kernel panicked or the guest was lost, 124 after a timeout. */
  readonly exitCode: number;
  readonly panicked: boolean;
  /** What `uname -r` says in the guest. */
  readonly kernelRelease: string;
  /** Version of Debian's kernel package. */
  readonly kernelVersion: string;
  /** The end of the kernel's messages, and QEMU's own. */
  readonly log: string;
  /** The part of the log in which the kernel reports a fault of its own; empty when it did not. */
  readonly fault: string;
  readonly seconds: number;
}

/** Ports of the guest, as session.sh looks them up. */
const PORTS = ["control", "stdin", "stdout", "stderr", "results"] as const;

const DRIVE_BYTES = 64 * 1024 * 1024;

const FAILURE_CODES = { panicked: 70, lost: 70, "timed-out": 124, aborted: 130 } as const;

/**
 * Boots a kernel, runs one command in it on the host's file system, and switches it off. Prepares the
 * kernel first if need be. Throws GuestSetupError for what this machine lacks; what happens to the
 * guest is in the result.
 */
export async function runInGuest(options: GuestOptions): Promise<GuestResult> {
  const recipe = kernelRecipe(options.kernel);
  const log = options.log ?? (() => {});
  const kernel = await prepareGuest({ kernel: recipe.name, log });
  const warning = versionWarning(kernel, recipe);
  if (warning) log(warning);
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
  const qemu = startQemu(guestArguments({ options, kernel, directory, channels }), (chunk) => {
    const text = log.append(chunk);
    options.onKernelLog?.(text);
    supervisor.logged();
  });
  const supervisor = new Supervisor(log, qemu.kill);
  const ended = new AbortController();
  superviseFromOutside(options, supervisor, ended.signal);
  connect(options, channels, supervisor);
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

async function openChannels(
  directory: string,
  interactive: boolean,
): Promise<ReadonlyMap<string, Channel>> {
  const names = interactive ? [...PORTS, "terminal"] : PORTS;
  const open = async (name: string) => [name, await openChannel(directory, name)] as const;
  return new Map(await Promise.all(names.map(open)));
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
    ports: new Map(PORTS.map((name) => [name, channels.get(name)?.path ?? ""])),
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

/** Joins the guest's ports to whoever wants what comes through them. */
function connect(
  options: GuestOptions,
  channels: ReadonlyMap<string, Channel>,
  supervisor: Supervisor,
): void {
  const on = (name: string, use: (socket: Socket) => void) => {
    void channels.get(name)?.socket.then(use);
  };
  const receive = (name: string, take: ((chunk: Buffer) => void) | undefined) =>
    on(name, (socket) =>
      socket.on("data", (chunk) => {
        supervisor.progress();
        take?.(chunk);
      }),
    );
  receive("stdout", (chunk) => options.onOutput?.(chunk, "stdout"));
  receive("stderr", (chunk) => options.onOutput?.(chunk, "stderr"));
  receive("results", options.onResults);
  on("control", (socket) => {
    createInterface({ input: socket }).on("line", (line) => supervisor.control(line));
  });
  on("stdin", (socket) => {
    socket.resume();
    if (options.stdin) options.stdin.pipe(socket);
    else socket.end();
  });
  on("terminal", (socket) => options.terminal?.connect(socket));
}
