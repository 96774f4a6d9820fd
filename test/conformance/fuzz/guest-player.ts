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
    throw new GuestLost(await this.result);
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

/** The guest ended while it was to answer. */
class GuestLost extends Error {
  constructor(readonly result: GuestResult) {
    super(epitaph(result));
  }

  /**
   * The machine may be at fault: QEMU ended by itself, or a processor of it has lost its timer and
   * nothing goes on. A kernel that sits in a call for ever does so again.
   */
  get ofMachine(): boolean {
    const { outcome, fault } = this.result;
    return (outcome === "lost" || outcome === "aborted") && fault === "";
  }
}

/** Boots a kernel that plays until `end`. A sequence that ends the machine is played again. */
export async function guestPlayer(
  kernel: KernelName,
  log: (line: string) => void,
): Promise<Player> {
  let guest = new Guest(kernel, log);
  const { kernel: text = kernel } = await guest.receive();
  let number = 0;
  const attempt = async (sequence: Sequence): Promise<Answers> => {
    number += 1;
    guest.send({ number, sequence });
    const { answers, failure } = await guest.receive();
    if (answers !== undefined) return answers;
    throw new Error(failure ?? "no answer");
  };
  return {
    kernel: text,
    async play(sequence: Sequence) {
      try {
        return await attempt(sequence);
      } catch (error) {
        if (!(error instanceof GuestLost && error.ofMachine)) throw error;
        log(`${error.message.split("\n")[0]}; the sequence is played again in another one`);
        guest = new Guest(kernel, log);
        await guest.receive();
        return await attempt(sequence);
      }
    },
    async end() {
      const result = await guest.end();
      if (result.fault !== "" || result.outcome !== "exited") throw new GuestLost(result);
    },
  };
}

function epitaph({ outcome, fault, log }: GuestResult): string {
  const last = log.split("\n").slice(-20).join("\n");
  const how = outcome === "aborted" ? "gave no answer" : `was ${outcome}`;
  return `the guest ${how} while it played\n${fault === "" ? last : fault}`;
}
