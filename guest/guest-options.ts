import type { Duplex, Readable } from "node:stream";
import type { Log } from "./cache.js";
import type { KernelName } from "./kernels.js";
import type { GuestOutcome } from "./supervisor.js";

/** What `runInGuest` is asked for. */
export interface GuestOptions {
  readonly kernel: KernelName;
  /** Program and arguments; a single one with spaces is a shell line. Empty: a shell. */
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
