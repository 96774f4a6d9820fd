import { isVfioError } from "../../../src/errors.js";
import type { Kernel, Mapping, Memory } from "../../../src/kernel.js";
import { Protection } from "../../../src/kernel.js";
import type { Version } from "../trial/index.js";
import type { Theme } from "./op.js";
import { Targets } from "./targets.js";

/** An open file of a sequence. */
export interface Slot {
  readonly fd: number;
  /** Of a device: the number of its target. */
  readonly target: number;
}

/** Places that addresses of memory come from. */
export interface Places {
  readonly m: Memory;
  readonly readOnly: Memory;
  readonly none: Memory;
}

const MEMORY = 0x40000;
const EVENTFDS = 3;

/** What one sequence has open on one kernel, by the numbers of slots. */
export class World {
  readonly containers = new Map<number, Slot>();
  readonly groups = new Map<number, Slot>();
  readonly devices = new Map<number, Slot>();
  readonly streams = new Map<number, Slot>();
  readonly mappings = new Map<number, { mapping: Mapping; target: number }>();
  readonly eventfds: number[] = [];
  readonly places: Places;
  readonly targets: Targets;

  constructor(
    readonly kernel: Kernel,
    readonly version: Version,
  ) {
    this.targets = new Targets(kernel, version);
    this.places = {
      m: kernel.allocate(MEMORY),
      readOnly: kernel.allocate(0x4000, { protection: Protection.read }),
      none: kernel.allocate(0x4000, { protection: Protection.none }),
    };
  }

  /** Whether mappings are pinned at once: containers may have hardware. */
  pins = false;

  /** Gets the machine ready for a sequence. */
  begin(theme: Theme): void {
    this.pins = ["hardware", "edu", "nvme", "bridge"].includes(theme);
    this.places.m.bytes.fill(0);
    for (let n = 0; n < EVENTFDS; n += 1) this.eventfds.push(this.kernel.eventfd());
    this.targets.begin(theme);
  }

  /** Closes everything that a sequence has left open. */
  end(): void {
    for (const { mapping } of this.mappings.values()) mapping.close();
    this.mappings.clear();
    for (const slots of [this.streams, this.devices, this.groups, this.containers]) {
      for (const { fd } of slots.values()) this.kernel.close(fd);
      slots.clear();
    }
    for (const fd of this.eventfds.splice(0)) this.kernel.close(fd);
    this.targets.end();
  }

  /** Gives back what outlives sequences. */
  dispose(): void {
    this.targets.dispose();
  }

  /** Puts a new file into a slot; what was there is closed. */
  put(slots: Map<number, Slot>, slot: number, opened: Slot): void {
    const before = slots.get(slot);
    slots.set(slot, opened);
    if (before !== undefined) this.kernel.close(before.fd);
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

  /** Whether anything of this target is open. */
  inUse(target: number): boolean {
    const open = [...this.devices.values(), ...this.mappings.values()];
    return open.some((one) => one.target === target);
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
