import { isVfioError } from "../../../src/errors.js";
import type { Kernel } from "../../../src/kernel.js";
import type { Host, Version } from "../trial/index.js";
import { Actor, type Slot } from "./actor.js";
import type { Theme } from "./op.js";
import { strands, strandsAny } from "./stranded.js";
import { Targets } from "./targets.js";

/** Themes whose containers may have hardware: mappings are pinned at once. */
const PINNING: readonly Theme[] = ["hardware", "edu", "nvme", "bridge", "processes", "binding"];

/** The first of the slots that no step names. */
const SPARE = 100;

/** What sequences find on one kernel: the devices, and the processes that play. */
export class World {
  readonly targets: Targets;
  readonly #own: Actor;
  /** Another process, from when one is first asked for. */
  #other: Actor | undefined;
  #actor: Actor;

  constructor(
    readonly ownKernel: Kernel,
    readonly version: Version,
    readonly host: Host,
  ) {
    this.targets = new Targets(ownKernel, version);
    this.#own = new Actor(ownKernel, true);
    this.#actor = this.#own;
  }

  /** The process whose turn it is. */
  get actor(): Actor {
    return this.#actor;
  }

  get kernel(): Kernel {
    return this.#actor.kernel;
  }

  /** Whether mappings are pinned at once: containers may have hardware. */
  pins = false;

  /** Gets the machine ready for a sequence. */
  begin(theme: Theme): void {
    this.pins = PINNING.includes(theme);
    this.#own.begin();
    this.targets.begin(theme);
  }

  /** Closes everything that a sequence has left open. */
  end(): void {
    this.#own.end();
    this.#other?.end();
    this.#actor = this.#own;
    this.targets.end();
  }

  /** Gives back what outlives sequences. */
  dispose(): void {
    this.#other?.kernel.shutdown();
    this.#other = undefined;
    this.targets.dispose();
  }

  /** It is the other process's turn. */
  switchActor(): void {
    if (this.#actor !== this.#own) {
      this.#actor = this.#own;
      return;
    }
    this.#other ??= new Actor(this.host.process(), false);
    if (this.#other.eventfds.length === 0) this.#other.begin();
    this.#actor = this.#other;
  }

  /** The other process ends, with whatever it has open. */
  killOther(): void {
    this.#other?.kernel.shutdown();
    this.#other?.forget();
    this.#other = undefined;
    this.#actor = this.#own;
  }

  /** Whether the other process is about to take a stream with it. */
  get mayKillOther(): boolean {
    if (this.#other === undefined) return true;
    const turn = this.#actor;
    this.#actor = this.#other;
    const stranded = strandsAny(this, this.#other);
    this.#actor = turn;
    return !stranded;
  }

  /** Puts a new file into a slot; what was there is closed. */
  put(slots: Map<number, Slot>, slot: number, opened: Slot): void {
    const before = slots.get(slot);
    slots.set(slot, opened);
    if (before === undefined) return;
    // What must not be closed yet stays open in a slot that no step names.
    if (slots === this.#actor.devices && strands(this, before))
      slots.set(SPARE + slots.size, before);
    else this.kernel.close(before.fd);
  }

  /** The open one that a number means: numbers go round over the slots that are in use. */
  pick<Open>(slots: ReadonlyMap<number, Open>, number: number | string | undefined) {
    if (slots.size === 0) return undefined;
    const keys = [...slots.keys()].sort((a, b) => a - b);
    return slots.get(keys[Number(number ?? 0) % keys.length] as number);
  }

  /** Takes the open one that a number means out of its slot. */
  take<Open>(slots: Map<number, Open>, number: number | string | undefined): Open | undefined {
    const open = this.pick(slots, number);
    for (const [slot, other] of slots) if (other === open) slots.delete(slot);
    return open;
  }

  /** How many files and mappings of this target are open. */
  openings(target: number): number {
    return this.#own.openings(target) + (this.#other?.openings(target) ?? 0);
  }

  /** Whether anybody has this target open. */
  inUse(target: number): boolean {
    return this.openings(target) > 0;
  }
}

/** What a call gave: the result, or the name of the error. */
export function outcome(call: () => number): string {
  try {
    return `${call()}`;
  } catch (error) {
    if (isVfioError(error)) return error.code;
    throw error;
  }
}
