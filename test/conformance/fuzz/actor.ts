import type { Kernel, Mapping, Memory } from "../../../src/kernel.js";
import { Protection } from "../../../src/kernel.js";

/** An open file of a sequence. */
export interface Slot {
  readonly fd: number;
  /** Of a device: the number of its target. */
  readonly target: number;
}

/** Mapped device memory of a sequence. */
export interface MappedSlot {
  readonly mapping: Mapping;
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

/** One process of a sequence: what it has open, by the numbers of slots. */
export class Actor {
  readonly containers = new Map<number, Slot>();
  readonly groups = new Map<number, Slot>();
  readonly devices = new Map<number, Slot>();
  readonly streams = new Map<number, Slot>();
  readonly mappings = new Map<number, MappedSlot>();
  readonly eventfds: number[] = [];
  readonly places: Places;

  constructor(
    readonly kernel: Kernel,
    /** Whether its memory can be seen and devices be mapped: another process is out of reach. */
    readonly local: boolean,
  ) {
    this.places = {
      m: kernel.allocate(MEMORY),
      readOnly: kernel.allocate(0x4000, { protection: Protection.read }),
      none: kernel.allocate(0x4000, { protection: Protection.none }),
    };
  }

  begin(): void {
    this.places.m.bytes.fill(0);
    for (let n = 0; n < EVENTFDS; n += 1) this.eventfds.push(this.kernel.eventfd());
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
  }

  /** Forgets what was open, for a process that has ended. */
  forget(): void {
    const { containers, groups, devices, streams, mappings } = this;
    for (const slots of [containers, groups, devices, streams, mappings]) slots.clear();
    this.eventfds.length = 0;
  }

  /** How many files and mappings of this target are open. */
  openings(target: number): number {
    const open = [...this.devices.values(), ...this.mappings.values()];
    return open.filter((one) => one.target === target).length;
  }
}
