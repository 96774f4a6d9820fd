import { Errno, type ErrnoName } from "../errno.js";
import { OpenFlags } from "../kernel.js";
import type { Client } from "./core/client.js";
import { type CallFault, type InjectableCall, PlannedFault } from "./core/planned-fault.js";
import { Pending, type Result } from "./core/result.js";
import type { SimulatedKernel } from "./kernel.js";
import type { SimulatedMachine } from "./machine.js";
import { startStore } from "./sysfs/attribute.js";
import { lookup } from "./sysfs/tree.js";

/** What is wrong with one device. Its model asks; everything is well unless set. */
export interface DeviceFaults {
  /** How every reset of it fails. */
  reset: ErrnoName | undefined;
  /** It has fallen off its bus: reads give ones, writes are lost. */
  lost: boolean;
}

/**
 * Faults on demand: what goes wrong in a machine because a test wants it to. A call that fails so
 * has done nothing, so the machine's own accounting stays right.
 */
export class Faults {
  readonly #machine: SimulatedMachine;
  readonly #planned = new Set<PlannedFault>();
  readonly #devices = new Map<string, DeviceFaults>();
  #armed = false;

  constructor(machine: SimulatedMachine) {
    this.#machine = machine;
  }

  /** Whether any call is to fail: system calls look at nothing else while it is false. */
  get armed(): boolean {
    return this.#armed;
  }

  /** Lets a call fail: the next one that fits, unless told. */
  fail(fault: CallFault): PlannedFault {
    const planned = new PlannedFault(fault, () => this.#drop(planned));
    this.#planned.add(planned);
    this.#armed = true;
    return planned;
  }

  /** Takes back everything that is planned and everything that is wrong with devices. */
  clear(): void {
    for (const planned of [...this.#planned]) planned.cancel();
    // Devices keep what they were given, so that looking at it costs nothing.
    for (const faults of this.#devices.values()) {
      faults.reset = undefined;
      faults.lost = false;
    }
  }

  /** What is wrong with a device, to read and to set. By `0000:00:05.0`, or a UUID. */
  device(name: string): DeviceFaults {
    const there = this.#devices.get(name);
    if (there !== undefined) return there;
    const faults: DeviceFaults = { reset: undefined, lost: false };
    this.#devices.set(name, faults);
    return faults;
  }

  /** A new process that has opened an IOMMU group and sits on it; `shutdown()` ends it. */
  holdGroup(id: number, command = "holder"): SimulatedKernel {
    const kernel = this.#machine.process({ command });
    kernel.open(`/dev/vfio/${id}`, OpenFlags.readWrite);
    return kernel;
  }

  /** SIGKILL to every process that has a file open, by its path. Returns their pids. */
  killHolders(path: string): number[] {
    const pids = this.#holders(path);
    for (const pid of pids) this.#machine.kill(pid);
    return pids;
  }

  /**
   * Pulls a device out, as writing 1 to its `remove` would: the wait ends when nobody uses it any
   * more.
   *
   * @throws RangeError when there is no device of that name that could be removed
   */
  unplug(name: string): Pending {
    for (const bus of ["pci", "mdev"]) {
      const found = lookup(this.#machine.sysfs, `/sys/bus/${bus}/devices/${name}/remove`, {
        followLast: true,
      });
      if (typeof found === "number" || found.entry.kind !== "file") continue;
      const store = startStore(found.entry, Uint8Array.of(0x31), this.#machine.init);
      return typeof store === "number" ? completed(store) : store;
    }
    throw new RangeError(`there is no device ${name} that could be unplugged`);
  }

  /** The planned failure of a call, or 0. */
  call(client: Client, call: InjectableCall, facts: { request?: number; path?: string }): Result {
    if (!this.#armed) return 0;
    for (const planned of this.#planned) {
      if (planned.strikes(client, call, facts)) return -Errno[planned.errno];
    }
    return 0;
  }

  /** The planned failure of an allocation inside the kernel or of a client's memory, or 0. */
  allocation(client: Client): Result {
    return this.call(client, "allocate", {});
  }

  #holders(path: string): number[] {
    return this.#machine.kernels
      .filter(({ process }) => process.holds(path))
      .map(({ process }) => process.pid);
  }

  #drop(planned: PlannedFault): void {
    this.#planned.delete(planned);
    this.#armed = this.#planned.size > 0;
  }
}

function completed(result: Result): Pending {
  const pending = new Pending();
  pending.complete(result);
  return pending;
}
