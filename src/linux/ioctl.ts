import { VfioError } from "../errors.js";
import type { Fd, IoctlArgument } from "../kernel.js";
import { requestName } from "../uapi/requests.js";
import type { Addon } from "./addon.js";
import { checkFd, checkInteger, wrongType } from "./arguments.js";
import type { Files } from "./files.js";
import { FRAME_DATA, type Frame, NUMBER_ARGUMENT } from "./frame.js";

/** An asynchronous outcome is the result plus this times one more than the descriptor opened. */
const OPENED_UNIT = 2 ** 32;

/** ioctl(2): short structs travel in the frame, long ones as they are. */
export class Ioctl {
  readonly #addon: Addon;
  readonly #frame: Frame;
  readonly #files: Files;

  /** Descriptors that requests open (a device's, a dma-buf's) join the files. */
  constructor(addon: Addon, frame: Frame, files: Files) {
    this.#addon = addon;
    this.#frame = frame;
    this.#files = files;
  }

  /** @throws VfioError with the request's name; TypeError, RangeError */
  call(fd: Fd, request: number, argument: IoctlArgument, unsafe: boolean): number {
    checkCall(fd, request);
    const frame = this.#frame;
    const path = this.#files.path(fd);
    if (argument instanceof Uint8Array) {
      if (argument.length > FRAME_DATA) {
        this.#addon.ioctlBytes(fd, request, argument, unsafe);
      } else {
        this.#callBytes(fd, request, argument, unsafe);
      }
    } else if (typeof argument === "string") {
      return this.call(fd, request, terminated(argument), unsafe);
    } else {
      this.#putNumber(argument);
      this.#issue(fd, request, NUMBER_ARGUMENT, unsafe);
    }
    if (frame.status[0] !== 0) throw failure(frame.status[0]!, request, path);
    this.#adopt(frame.opened[0]!);
    return frame.result[0]!;
  }

  /** The same on the thread pool. */
  async callAsync(
    fd: Fd,
    request: number,
    argument: IoctlArgument,
    unsafe: boolean,
  ): Promise<number> {
    checkCall(fd, request);
    const path = this.#files.path(fd);
    const bytes = typeof argument === "string" ? terminated(argument) : argument;
    const isBytes = bytes instanceof Uint8Array;
    if (!isBytes) this.#putNumber(bytes);
    const outcome = await this.#addon.ioctlAsync(fd, request, isBytes ? bytes : undefined, unsafe);
    if (outcome < 0) throw failure(-outcome, request, path);
    this.#adopt(Math.floor(outcome / OPENED_UNIT) - 1);
    return outcome % OPENED_UNIT;
  }

  #adopt(fd: Fd): void {
    if (fd >= 0) this.#files.adopt(fd);
  }

  #callBytes(fd: Fd, request: number, bytes: Uint8Array, unsafe: boolean): void {
    const { length } = bytes;
    this.#frame.put(bytes);
    this.#issue(fd, request, length, unsafe);
    this.#frame.take(bytes, length, length);
  }

  #issue(fd: Fd, request: number, length: number, unsafe: boolean): void {
    const frame = this.#frame;
    frame.fd[0] = fd;
    frame.request[0] = request;
    frame.length[0] = length;
    if (unsafe) this.#addon.ioctlUnsafe();
    else this.#addon.ioctl();
  }

  /** Two's complement of 64 bits, as the kernel gets it in a register. */
  #putNumber(argument: number | bigint): void {
    const { wide, halves } = this.#frame;
    if (typeof argument === "bigint") {
      if (argument < -(2n ** 63n) || argument >= 2n ** 64n) {
        throw new RangeError(`argument must fit into 64 bits, not ${argument}`);
      }
      wide[0] = BigInt.asUintN(64, argument);
      return;
    }
    if (typeof argument !== "number") {
      throw wrongType("argument", "a number, a bigint, a string or a Uint8Array", argument);
    }
    checkInteger("argument", argument, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    halves[0] = argument >>> 0;
    halves[1] = Math.floor(argument / 2 ** 32) >>> 0;
  }
}

function checkCall(fd: Fd, request: number): void {
  checkFd(fd);
  checkInteger("request", request, 0, 0xffff_ffff);
}

function terminated(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

function failure(errno: number, request: number, path: string | undefined): VfioError {
  const name = requestName(request) ?? `0x${request.toString(16)}`;
  return new VfioError({ errno, syscall: "ioctl", request: name, path });
}
