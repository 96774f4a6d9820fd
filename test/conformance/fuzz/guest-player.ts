import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { type GuestResult, type KernelName, runInGuest } from "../../../guest/index.js";
import type { Answers, Sequence } from "./op.js";
import type { Player } from "./player.js";

const agent = fileURLToPath(new URL("agent.js", import.meta.url));

/** Longer than this no sequence takes; a kernel that is silent for so long sits in a call. */
const PATIENCE = 60_000;

/** What the far end says. */
interface Line {
  readonly kernel?: string;
  readonly answers?: Answers;
  readonly failure?: string;
}

/** A guest that plays: what goes in, what comes out. */
class Guest {
  readonly #requests = new PassThrough();
  readonly #answers = new PassThrough();
  readonly #abort = new AbortController();
  readonly #lines = createInterface({ input: this.#answers })[Symbol.asyncIterator]();
  readonly result: Promise<GuestResult>;

  constructor(kernel: KernelName, log: (line: string) => void) {
    this.result = runInGuest({
      kernel,
      command: [process.execPath, agent],
      stdin: this.#requests,
      onResults: (chunk) => this.#answers.write(chunk),
      onOutput: (chunk) => process.stderr.write(chunk),
      signal: this.#abort.signal,
      log,
    });
    const ended = () => this.#answers.end();
    this.result.then(ended, ended);
  }

  send(message: unknown): void {
    this.#requests.write(`${JSON.stringify(message)}\n`);
  }

  async receive(): Promise<Line> {
    const silence = setTimeout(() => this.#abort.abort(), PATIENCE);
    const { value, done } = await this.#lines.next();
    clearTimeout(silence);
    if (done !== true) return JSON.parse(value) as Line;
    throw new Error(epitaph(await this.result));
  }

  /** Lets the far end finish. */
  async end(): Promise<GuestResult> {
    this.#requests.end();
    const silence = setTimeout(() => this.#abort.abort(), PATIENCE);
    const result = await this.result;
    clearTimeout(silence);
    return result;
  }
}

/** Boots a kernel that plays until `end`. */
export async function guestPlayer(
  kernel: KernelName,
  log: (line: string) => void,
): Promise<Player> {
  const guest = new Guest(kernel, log);
  const { kernel: text = kernel } = await guest.receive();
  let number = 0;
  return {
    kernel: text,
    async play(sequence: Sequence) {
      number += 1;
      guest.send({ number, sequence });
      const { answers, failure } = await guest.receive();
      if (answers !== undefined) return answers;
      throw new Error(failure ?? "no answer");
    },
    async end() {
      const result = await guest.end();
      if (result.fault !== "" || result.outcome !== "exited") throw new Error(epitaph(result));
    },
  };
}

function epitaph({ outcome, fault, log }: GuestResult): string {
  const last = log.split("\n").slice(-20).join("\n");
  const how = outcome === "aborted" ? "gave no answer" : outcome;
  return `the guest ${how} while it played\n${fault === "" ? last : fault}`;
}
