import type { Holder, MemlockLimit, NodeStat, System } from "../system.js";
import type { SimulatedProcess } from "./core/process.js";
import type { SimulatedMachine } from "./machine.js";
import { lookup } from "./sysfs/tree.js";

/** Every file that a process opens here is closed on exec. */
const O_CLOEXEC = 0o2000000;
const O_LARGEFILE = 0o100000;

/** What a simulated machine tells about itself to one of its processes. */
export class SimulatedSystem implements System {
  readonly #machine: SimulatedMachine;
  readonly #process: SimulatedProcess;

  constructor(machine: SimulatedMachine, process: SimulatedProcess) {
    this.#machine = machine;
    this.#process = process;
  }

  stat(path: string): NodeStat | undefined {
    const { devfs, sysfs } = this.#machine;
    const node = devfs.get(path);
    if (node !== undefined) {
      const { mode, uid, gid, major, minor } = node;
      return { kind: "character", mode, uid, gid, major, minor };
    }
    if (devfs.list(path) !== undefined) return { kind: "directory", mode: 0o755, uid: 0, gid: 0 };
    const found = lookup(sysfs, path, { followLast: true });
    if (typeof found === "number") return undefined;
    if (found.entry.kind === "file") {
      return { kind: "file", mode: found.entry.mode, uid: 0, gid: 0 };
    }
    return { kind: "directory", mode: 0o755, uid: 0, gid: 0 };
  }

  list(path: string): string[] {
    const nodes = this.#machine.devfs.list(path);
    if (nodes !== undefined) return nodes;
    const found = lookup(this.#machine.sysfs, path, { followLast: true });
    if (typeof found === "number" || found.entry.kind !== "directory") return [];
    return found.entry.names;
  }

  readText(path: string): string | undefined {
    return this.#comm(path) ?? this.#fdinfo(path);
  }

  /** fs/proc/fd.c: seq_show(), of this process's own files. */
  #fdinfo(path: string): string | undefined {
    const [, fd] = /^\/proc\/self\/fdinfo\/(\d+)$/.exec(path) ?? [];
    const file = fd === undefined ? undefined : this.#process.files.get(Number(fd));
    if (file === undefined) return undefined;
    const flags = (file.flags | O_CLOEXEC | O_LARGEFILE).toString(8);
    return `pos:\t0\nflags:\t0${flags}\n${file.operations.fdinfo?.() ?? ""}`;
  }

  #comm(path: string): string | undefined {
    const comm = /^\/proc\/(\d+|self)\/comm$/.exec(path);
    if (comm === null) return undefined;
    const pid = comm[1] === "self" ? this.pid() : Number(comm[1]);
    const kernel = this.#machine.kernels.find(({ process }) => process.pid === pid);
    return kernel === undefined ? undefined : `${kernel.process.command}\n`;
  }

  holders(path: string): Holder[] {
    const { uid } = this.#process;
    return this.#machine.kernels
      .map(({ process }) => process)
      .filter((process) => uid === 0 || uid === process.uid)
      .filter((process) => process.holds(path))
      .map(({ pid, command }) => ({ pid, command }));
  }

  memlock(): MemlockLimit {
    const { limit } = this.#process.lockedMemory;
    return { soft: limit, hard: limit };
  }

  uid(): number {
    return this.#process.uid;
  }

  pid(): number {
    return this.#process.pid;
  }
}
