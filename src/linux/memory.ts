import { constants } from "node:buffer";
import { VfioError } from "../errors.js";
import { type AllocateOptions, type Hold, type Memory, Protection } from "../kernel.js";
import type { Addon } from "./addon.js";
import { checkBigint, checkBoolean, checkInteger } from "./arguments.js";
import type { Frame } from "./frame.js";

/** The largest huge page of any architecture that Linux runs on: 16 GiB. */
const LARGEST_PAGE = 16 * 2 ** 30;

/**
 * mmap(2) of RAM, never shared with a child process. Memory that this process may not both read and
 * write has no `bytes`: touching them would end the process.
 *
 * @throws VfioError ENOMEM, EINVAL (no such huge page size), EMFILE; TypeError, RangeError
 */
export function allocate(
  addon: Addon,
  frame: Frame,
  length: number,
  options: AllocateOptions = {},
): Memory {
  const { protection = Protection.readWrite, hugePageSize = 0, shared = false } = options;
  checkInteger("length", length, 1, constants.MAX_LENGTH);
  checkInteger("protection", protection, 0, Protection.readWrite);
  checkInteger("hugePageSize", hugePageSize, 0, LARGEST_PAGE);
  if (hugePageSize !== 0 && !Number.isInteger(Math.log2(hugePageSize))) {
    throw new RangeError(`hugePageSize must be a power of two, not ${hugePageSize}`);
  }
  const handle = addon.allocate(length, protection, hugePageSize, checkBoolean("shared", shared));
  if (typeof handle === "number") throw new VfioError({ errno: -handle, syscall: "mmap" });
  return new LinuxMemory(addon, frame, handle, frame.wide[0]!, frame.position[0]!);
}

/** What `bytes` is where there are none to see. */
const none = new Uint8Array(new ArrayBuffer(0));

class LinuxMemory implements Memory {
  readonly address: bigint;
  readonly length: number;
  readonly #addon: Addon;
  readonly #frame: Frame;
  /** Keeps the pages: they are unmapped when nothing refers to this any more. */
  #handle: object | undefined;
  #bytes: Uint8Array<ArrayBuffer>;

  constructor(addon: Addon, frame: Frame, handle: object, address: bigint, length: number) {
    this.#addon = addon;
    this.#frame = frame;
    this.#handle = handle;
    this.#bytes = handle instanceof ArrayBuffer ? new Uint8Array(handle) : none;
    this.address = address;
    this.length = length;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  get freed(): boolean {
    return this.#handle === undefined;
  }

  free(): void {
    if (this.#handle === undefined) return;
    this.#handle = undefined;
    this.#bytes = none;
    this.#frame.wide[0] = this.address;
    this.#addon.retire();
  }
}

/** Keeps memory from being unmapped; undefined where it is none of ours. @throws TypeError */
export function hold(
  addon: Addon,
  frame: Frame,
  address: bigint,
  length: bigint,
): Hold | undefined {
  checkBigint("address", address);
  if (checkBigint("length", length) > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  frame.wide[0] = address;
  frame.position[0] = Number(length);
  addon.hold();
  return frame.status[0] === 0 ? new LinuxHold(addon, frame, frame.wide[0]!) : undefined;
}

class LinuxHold implements Hold {
  readonly #addon: Addon;
  readonly #frame: Frame;
  readonly #first: bigint;
  #released = false;

  constructor(addon: Addon, frame: Frame, first: bigint) {
    this.#addon = addon;
    this.#frame = frame;
    this.#first = first;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#frame.wide[0] = this.#first;
    this.#addon.unhold();
  }
}
