import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { type GuestResult, type KernelName, runInGuest } from "../../../guest/index.js";
import type { Answers, Sequence } from "./op.js";
import type { Player } from "./player.js";

const agent = fileURLToPath(new URL("agent.js", import.meta.url));

/** What the far end says. */
interface Line {
  readonly kernel?: string;
  readonly answers?: Answers;
  readonly failure?: string;
}

/** Boots a kernel that plays until `end`. */
export async function guestPlayer(
  kernel: KernelName,
  log: (line: string) => void,
): Promise<Player> {
  const requests = new PassThrough();
  const answers = new PassThrough();
  const guest = runInGuest({
    kernel,
    command: [process.execPath, agent],
    stdin: requests,
    onResults: (chunk) => answers.write(chunk),
    onOutput: (chunk) => process.stderr.write(chunk),
    log,
  });
  const lines = createInterface({ input: answers })[Symbol.asyncIterator]();
  void guest.then(
    () => answers.end(),
    () => answers.end(),
  );
  const next = async (): Promise<Line> => {
    const { value, done } = await lines.next();
    if (done !== true) return JSON.parse(value) as Line;
    throw new Error(epitaph(await guest));
  };
  const { kernel: text = kernel } = await next();
  let number = 0;
  return {
    kernel: text,
    async play(sequence: Sequence) {
      number += 1;
      requests.write(`${JSON.stringify({ number, sequence })}\n`);
      const { answers: given, failure } = await next();
      if (given !== undefined) return given;
      throw new Error(failure ?? "no answer");
    },
    async end() {
      requests.end();
      const { fault } = await guest;
      if (fault !== "") throw new Error(`the kernel reports a fault of its own:\n${fault}`);
    },
  };
}

function epitaph({ outcome, fault, log }: GuestResult): string {
  const last = log.split("\n").slice(-20).join("\n");
  return `the guest ${outcome} while it played\n${fault === "" ? last : fault}`;
}
