import { Errno } from "../../errno.js";
import { viewOf } from "../../uapi/codec.js";
import type { UserArgument } from "./argument.js";
import type { Client } from "./client.js";
import type { Result } from "./result.js";
import { fitsScratch, scratch } from "./scratch.js";

/** One ioctl request of one kind of file. */
export interface RequestRow<Target> {
  readonly request: number;
  /**
   * Bytes of the struct that `argsz` must cover at least; the rule gets exactly these. Absent when
   * the argument is no struct with `argsz`; then the rule gets no bytes.
   */
  readonly leastSize?: number;
  /** Flag bits that the kernel knows; others are EINVAL together with a short `argsz`. */
  readonly flags?: number;
  /** The kernel's rule. */
  readonly rule: (call: RequestCall<Target>) => Result;
}

/** What a rule is given. */
export interface RequestCall<Target> {
  readonly target: Target;
  readonly client: Client;
  readonly argument: UserArgument;
  /** The leading `leastSize` bytes as they were copied in; the rule's until it returns. */
  readonly bytes: DataView;
  readonly argsz: number;
}

const nothing = viewOf(new Uint8Array(0));

/** The requests of one kind of file, by number. */
export class RequestTable<Target> {
  readonly #rows: ReadonlyMap<number, RequestRow<Target>>;

  constructor(rows: readonly RequestRow<Target>[]) {
    this.#rows = new Map(rows.map((row) => [row.request, row]));
  }

  has(request: number): boolean {
    return this.#rows.has(request);
  }

  /** Answers a request; `unknown` for one that is not in the table, ENOTTY unless told. */
  run(
    target: Target,
    client: Client,
    request: number,
    argument: UserArgument,
    unknown: Result = -Errno.ENOTTY,
  ): Result {
    const row = this.#rows.get(request);
    if (row === undefined) return unknown;
    if (row.leastSize === undefined) {
      return row.rule({ target, client, argument, bytes: nothing, argsz: 0 });
    }
    const bytes = copyLeast(argument, row.leastSize, row.flags);
    if (typeof bytes === "number") return bytes;
    return row.rule({ target, client, argument, bytes, argsz: bytes.getUint32(0, true) });
  }
}

/** copy_from_user() of the leading bytes, or undefined for EFAULT. */
function copyIn(argument: UserArgument, length: number): DataView | undefined {
  if (!fitsScratch(length)) {
    const bytes = argument.read(length);
    return bytes === undefined ? undefined : viewOf(bytes);
  }
  const { bytes, view } = scratch();
  return argument.readInto(bytes, length) ? view : undefined;
}

/**
 * The argsz law: the least size is copied in (EFAULT), then `argsz` must cover it and flags must be
 * known (EINVAL). A larger `argsz` is always fine.
 */
export function copyLeast(
  argument: UserArgument,
  leastSize: number,
  flags?: number,
): DataView | Result {
  const view = copyIn(argument, leastSize);
  if (view === undefined) return -Errno.EFAULT;
  if (view.getUint32(0, true) < leastSize) return -Errno.EINVAL;
  if (flags !== undefined && (view.getUint32(4, true) & ~flags) !== 0) return -Errno.EINVAL;
  return view;
}
