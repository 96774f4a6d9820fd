import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import {
  type AllocateOptions,
  type Fd,
  type Hold,
  type IoctlArgument,
  type Kernel,
  type KernelDescription,
  type Mapping,
  type Memory,
  type MmapOptions,
  OpenFlags,
  Protection,
  type Sysfs,
  type Watch,
} from "../kernel.js";
import type { System } from "../system.js";
import { requestName } from "../uapi/requests.js";
import type { SimulatedClock } from "./clock.js";
import { allocateMemory } from "./core/allocate.js";
import { userArgument } from "./core/argument.js";
import { EventFd } from "./core/eventfd.js";
import type { OpenFile } from "./core/file.js";
import { SimulatedMapping } from "./core/mapping.js";
import { mapFile } from "./core/mmap.js";
import { openPath } from "./core/open.js";
import { PAGE_SIZE, pageAlign } from "./core/page.js";
import type { InjectableCall } from "./core/planned-fault.js";
import type { SimulatedProcess } from "./core/process.js";
import { checkBytes, checkFd, checkOffset, failure, nextTurn, succeed } from "./core/seam.js";
import { EventFdWatch } from "./core/watch.js";
import type { SimulatedMachine } from "./machine.js";
import { SimulatedSysfs } from "./sysfs/facade.js";
import { SimulatedSystem } from "./system.js";

const ACCESS_MODE = 3;

/** The system calls of one process of a simulated machine: the seam's other side. */
export class SimulatedKernel implements Kernel {
  readonly description: KernelDescription;
  readonly clock: SimulatedClock;
  readonly sysfs: Sysfs;
  readonly system: System;
  readonly pageSize = PAGE_SIZE;
  readonly #mappings = new Set<Mapping>();
  readonly #watches = new Set<Watch>();

  constructor(
    readonly machine: SimulatedMachine,
    /** The process that makes the calls. */
    readonly process: SimulatedProcess,
  ) {
    const release = machine.profile.version;
    const text = `simulated Linux ${release} (seed ${machine.seed})`;
    this.description = { kind: "simulated", release, text };
    this.clock = machine.clock;
    this.sysfs = new SimulatedSysfs(machine, process);
    this.system = new SimulatedSystem(machine, process);
  }

  open(path: string, flags: number): Fd {
    if (typeof path !== "string") throw new TypeError("open: path must be a string");
    if (this.machine.faults.armed) this.#inject("open", path);
    const opened = openPath(this.machine, this.process, path, flags);
    const fd = typeof opened === "number" ? opened : this.process.install(opened, flags);
    if (fd < 0) throw new VfioError({ errno: -fd, syscall: "open", path });
    return fd;
  }

  close(fd: Fd): void {
    const file = this.process.files.remove(checkFd(fd));
    if (file === undefined) throw new VfioError({ errno: Errno.EBADF, syscall: "close" });
    file.drop();
  }

  async closeAsync(fd: Fd): Promise<void> {
    await nextTurn();
    this.close(fd);
  }

  dup(fd: Fd): Fd {
    return this.#install(this.#file(fd, "dup"), "dup");
  }

  /** Takes over another process's open file, as a descriptor sent over a socket would be. */
  adopt(from: SimulatedKernel, fd: Fd): Fd {
    return this.#install(from.#file(fd, "recvmsg"), "recvmsg");
  }

  read(fd: Fd, target: Uint8Array): number {
    checkBytes(target);
    const { operations, flags } = this.#file(fd, "read");
    if (this.machine.faults.armed) this.#inject("read");
    if ((flags & ACCESS_MODE) === OpenFlags.writeOnly) throw failure(-Errno.EBADF, "read");
    return succeed(operations.read?.(this.process, target) ?? -Errno.EINVAL, "read");
  }

  write(fd: Fd, source: Uint8Array): number {
    checkBytes(source);
    const { operations, flags } = this.#file(fd, "write");
    if (this.machine.faults.armed) this.#inject("write");
    if ((flags & ACCESS_MODE) === OpenFlags.readOnly) throw failure(-Errno.EBADF, "write");
    return succeed(operations.write?.(this.process, source) ?? -Errno.EINVAL, "write");
  }

  pread(fd: Fd, target: Uint8Array, offset: number): number {
    checkOffset(offset);
    checkBytes(target);
    const { operations, flags } = this.#file(fd, "pread");
    if (this.machine.faults.armed) this.#inject("pread");
    let result: number;
    if (offset < 0) result = -Errno.EINVAL;
    else if (operations.pread === undefined) result = -Errno.ESPIPE;
    else if ((flags & ACCESS_MODE) === OpenFlags.writeOnly) result = -Errno.EBADF;
    else result = operations.pread(this.process, target, offset);
    if (result < 0) throw failure(result, "pread");
    return result;
  }

  pwrite(fd: Fd, source: Uint8Array, offset: number): number {
    checkOffset(offset);
    checkBytes(source);
    const { operations, flags } = this.#file(fd, "pwrite");
    if (this.machine.faults.armed) this.#inject("pwrite");
    let result: number;
    if (offset < 0) result = -Errno.EINVAL;
    else if (operations.pwrite === undefined) result = -Errno.ESPIPE;
    else if ((flags & ACCESS_MODE) === OpenFlags.readOnly) result = -Errno.EBADF;
    else result = operations.pwrite(this.process, source, offset);
    if (result < 0) throw failure(result, "pwrite");
    return result;
  }

  ioctl(fd: Fd, request: number, argument: IoctlArgument): number {
    if (typeof request !== "number") throw new TypeError("ioctl: request must be a number");
    const { operations } = this.#file(fd, "ioctl");
    const { process, machine } = this;
    const injected = machine.faults.armed ? machine.faults.call(process, "ioctl", { request }) : 0;
    const result =
      injected < 0
        ? injected
        : (operations.ioctl?.(process, request >>> 0, userArgument(process, argument)) ??
          -Errno.ENOTTY);
    if (result >= 0) return result;
    throw new VfioError({ errno: -result, syscall: "ioctl", request: requestName(request) });
  }

  /** The gate stands in front; here there is none, and bytes beyond the argument are EFAULT. */
  unsafeIoctl(fd: Fd, request: number, argument: IoctlArgument): number {
    return this.ioctl(fd, request, argument);
  }

  async ioctlAsync(fd: Fd, request: number, argument: IoctlArgument): Promise<number> {
    await nextTurn();
    return this.ioctl(fd, request, argument);
  }

  mmap(fd: Fd, options: MmapOptions): Mapping {
    const { offset, length, protection = Protection.readWrite } = options;
    checkOffset(offset);
    checkOffset(length);
    const file = this.#file(fd, "mmap");
    const { name } = file.operations;
    if (this.machine.faults.armed) this.#inject("mmap");
    const memory = mapFile(this.process, file, { ...options, protection });
    if (typeof memory === "number") throw failure(memory, "mmap");
    const { memory: space } = this.process;
    const backing = { bytes: memory.bytes, device: memory };
    const area = space.map(pageAlign(length), protection, backing);
    const mapping: Mapping = new SimulatedMapping(length, {
      file: file.hold(),
      memory,
      area,
      space,
      closed: () => this.#mappings.delete(mapping),
      failed: (error) => this.machine.modelErrors.caught(`a mapping of ${name}`, error),
    });
    this.#mappings.add(mapping);
    return mapping;
  }

  eventfd(initial = 0): Fd {
    if (!Number.isInteger(initial) || initial < 0 || initial > 0xffff_ffff) {
      throw new RangeError("eventfd: the initial count must be a 32-bit number");
    }
    if (this.machine.faults.armed) this.#inject("eventfd");
    return succeed(this.process.install(new EventFd(initial), OpenFlags.readWrite), "eventfd");
  }

  watch(fd: Fd, listener: (count: number) => void): Watch {
    const file = this.#file(fd, "epoll_ctl");
    const { operations } = file;
    if (!(operations instanceof EventFd)) throw failure(-Errno.EINVAL, "epoll_ctl");
    const watch = new EventFdWatch(operations, file, listener, () => this.#watches.delete(watch));
    this.#watches.add(watch);
    return watch;
  }

  allocate(length: number, options: AllocateOptions = {}): Memory {
    return allocateMemory(this.machine, this.process, length, options);
  }

  hold(address: bigint, length: bigint): Hold | undefined {
    return this.process.memory.hold(Number(address), Number(length));
  }

  shutdown(): void {
    for (const watch of [...this.#watches]) watch.close();
    for (const mapping of [...this.#mappings]) mapping.close();
    this.process.exit();
    this.machine.forget(this.process);
  }

  /** Open mappings of this process. */
  get mappings(): ReadonlySet<Mapping> {
    return this.#mappings;
  }

  /** Eventfds that are watched. */
  get watches(): number {
    return this.#watches.size;
  }

  /** Throws the failure that somebody has planned for this call. */
  #inject(call: InjectableCall, path?: string): void {
    const facts = path === undefined ? {} : { path };
    const result = this.machine.faults.call(this.process, call, facts);
    if (result < 0) throw new VfioError({ errno: -result, syscall: call, path });
  }

  #file(fd: Fd, syscall: string): OpenFile {
    const file = this.process.files.get(fd);
    if (file !== undefined) return file;
    checkFd(fd);
    throw failure(-Errno.EBADF, syscall);
  }

  #install(file: OpenFile, syscall: string): Fd {
    const fd = this.process.files.install(file.hold());
    if (fd < 0) file.drop();
    return succeed(fd, syscall);
  }
}
