import { VfioError } from "../../../src/errors.js";
import {
  type AllocateOptions,
  type Fd,
  type Hold,
  type IoctlArgument,
  type Kernel,
  type Mapping,
  type Memory,
  Protection,
  type Watch,
} from "../../../src/kernel.js";
import type { Lines } from "./lines.js";
import {
  fromBase64,
  type RemoteAnswer,
  type RemoteCall,
  type RemoteRequest,
  toBase64,
} from "./protocol.js";

/** The kernel as another process sees it: its descriptors and memory, our sysfs and clock. */
export class RemoteKernel implements Kernel {
  #ended = false;

  constructor(
    readonly local: Kernel,
    readonly lines: Lines,
    /** Called once when the process is to end. */
    readonly onEnd: () => void,
  ) {}

  get description() {
    return this.local.description;
  }
  get clock() {
    return this.local.clock;
  }
  get sysfs() {
    return this.local.sysfs;
  }
  get system() {
    return this.local.system;
  }
  get pageSize() {
    return this.local.pageSize;
  }

  open(path: string, flags: number): Fd {
    return this.#call({ call: "open", fd: -1, path, number: flags });
  }
  close(fd: Fd): void {
    this.#call({ call: "close", fd });
  }
  async closeAsync(fd: Fd): Promise<void> {
    this.close(fd);
  }
  dup(fd: Fd): Fd {
    return this.#call({ call: "dup", fd });
  }
  read(fd: Fd, target: Uint8Array): number {
    return this.#transfer({ call: "read", fd }, target);
  }
  write(fd: Fd, source: Uint8Array): number {
    return this.#transfer({ call: "write", fd }, source);
  }
  pread(fd: Fd, target: Uint8Array, offset: number): number {
    return this.#transfer({ call: "pread", fd, number: offset }, target);
  }
  pwrite(fd: Fd, source: Uint8Array, offset: number): number {
    return this.#transfer({ call: "pwrite", fd, number: offset }, source);
  }

  unsafeIoctl(fd: Fd, request: number, argument: IoctlArgument): number {
    const call = { call: "unsafeIoctl", fd, number: request } as const;
    if (argument instanceof Uint8Array) return this.#transfer(call, argument);
    if (typeof argument === "string") {
      return this.#transfer(call, new TextEncoder().encode(`${argument}\0`));
    }
    return this.#call({ ...call, value: argument.toString() });
  }
  ioctl(fd: Fd, request: number, argument: IoctlArgument): number {
    return this.unsafeIoctl(fd, request, argument);
  }
  async ioctlAsync(fd: Fd, request: number, argument: IoctlArgument): Promise<number> {
    return this.unsafeIoctl(fd, request, argument);
  }

  eventfd(): Fd {
    return this.#call({ call: "eventfd" });
  }

  allocate(length: number, { protection = Protection.readWrite }: AllocateOptions = {}): Memory {
    const { result = 0, address = "0" } = this.#ask({ call: "allocate", length, protection });
    const bytes = new Uint8Array();
    return { address: BigInt(address), length: result, bytes, freed: false, free: () => {} };
  }

  shutdown(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.lines.send({ call: "end" });
    this.onEnd();
  }

  mmap(): Mapping {
    throw new Error("a remote process has no mappings");
  }
  watch(): Watch {
    throw new Error("a remote process has no watches");
  }
  hold(): Hold | undefined {
    throw new Error("a remote process holds no memory");
  }

  #transfer(call: RemoteCall, bytes: Uint8Array): number {
    const answer = this.#ask({ ...call, bytes: toBase64(bytes) });
    bytes.set(fromBase64(answer.bytes));
    return answer.result ?? 0;
  }

  #call(request: RemoteCall | { call: "eventfd" }): number {
    return this.#ask(request).result ?? 0;
  }

  #ask(request: RemoteRequest): RemoteAnswer {
    this.lines.send(request);
    const answer = this.lines.receive<RemoteAnswer>();
    if (answer === undefined) throw new Error("the other process has died");
    if (answer.failure !== undefined) throw new Error(answer.failure);
    if (answer.errno === undefined) return answer;
    throw new VfioError({ errno: answer.errno, syscall: request.call });
  }
}
