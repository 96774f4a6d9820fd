import { fileURLToPath } from "node:url";
import { type GuestResult, type KernelName, runInGuest } from "../../../guest/index.js";
import { type Run, readRun } from "../run/record.js";

const runner = fileURLToPath(new URL("../main.js", import.meta.url));

/** How long a guest may take, boot included. */
const TIMEOUT_SECONDS = 600;

/** What a real kernel gave, and what became of the guest. */
export interface RealRun {
  readonly run: Run;
  readonly guest: GuestResult;
  /** What went wrong with the guest itself. */
  readonly problem: string | undefined;
}

/**
 * Boots a kernel, runs the cases in it, and reads back what they gave. A guest that ended before
 * its first record says nothing about any case: it is booted once more, and that is said.
 */
export async function realRun(
  kernel: KernelName,
  {
    only,
    log,
    again = false,
  }: { only: string | undefined; log: (line: string) => void; again?: boolean },
): Promise<RealRun> {
  const chunks: Buffer[] = [];
  const selection = only === undefined ? ["--tour"] : ["--only", only];
  const words = [process.execPath, runner, "--kernel", "linux", ...selection];
  const guest = await runInGuest({
    kernel,
    // The pipe of results is named by a variable that only the guest's shell knows.
    command: [`${words.map(quote).join(" ")} --out "$VFIO_GUEST_RESULTS"`],
    timeoutSeconds: TIMEOUT_SECONDS,
    onOutput: (chunk) => process.stderr.write(chunk),
    onResults: (chunk) => chunks.push(chunk),
    log,
  });
  const run = readRun(Buffer.concat(chunks).toString());
  const problem = problemOf(guest, run);
  if (run.kernel === undefined && problem !== undefined && !again) {
    log(`the guest gave no record at all (${problem}); once more`);
    return realRun(kernel, { only, log, again: true });
  }
  return { run, guest, problem };
}

function problemOf(guest: GuestResult, run: Run): string | undefined {
  const { outcome, exitCode, fault, log } = guest;
  if (fault !== "") return `the kernel reports a fault of its own:\n${fault}`;
  if (outcome !== "exited") return `the guest ${outcome}; its log ends with:\n${tail(log)}`;
  if (exitCode !== 0) return `the runner in the guest ended with ${exitCode}`;
  if (run.kernel === undefined) return `the guest gave no records:\n${tail(log)}`;
  return undefined;
}

function tail(text: string): string {
  return text.split("\n").slice(-30).join("\n");
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
