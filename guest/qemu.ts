import { type ChildProcess, spawn } from "node:child_process";
import { findProgram, requireTools } from "./host-tools.js";

const PROGRAM = "qemu-system-x86_64";

/** A running QEMU: it does not outlive this process, whatever happens to either. */
export interface Qemu {
  /** Settles when it has ended and its output is read. */
  readonly ended: Promise<void>;
  /** What it complained about itself. */
  complaints(): string;
  kill(): void;
}

/** Throws GuestSetupError with the name of the package when there is no QEMU. */
export function requireQemu(): void {
  requireTools([PROGRAM]);
}

/** Starts QEMU; `onLog` receives the guest's serial console. */
export function startQemu(args: readonly string[], onLog: (chunk: Buffer) => void): Qemu {
  const child = spawnBound(args);
  const complaints: Buffer[] = [];
  child.stdout?.on("data", onLog);
  child.stderr?.on("data", (chunk: Buffer) => complaints.push(chunk));
  const kill = () => {
    child.kill("SIGKILL");
  };
  process.once("exit", kill);
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  }).finally(() => process.removeListener("exit", kill));
  return { ended, kill, complaints: () => Buffer.concat(complaints).toString().trim() };
}

/** setpriv has the kernel kill QEMU when we die, which an exit handler cannot do for SIGKILL. */
function spawnBound(args: readonly string[]): ChildProcess {
  const stdio = ["ignore", "pipe", "pipe"] as const;
  const setpriv = findProgram("setpriv");
  if (!setpriv) return spawn(PROGRAM, args, { stdio: [...stdio] });
  const bound = ["--pdeathsig", "KILL", "--", PROGRAM, ...args];
  return spawn(setpriv, bound, { stdio: [...stdio] });
}
