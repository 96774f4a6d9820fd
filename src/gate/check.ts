import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import type { Hold, IoctlArgument, Kernel } from "../kernel.js";
import { viewOf } from "../uapi/codec.js";
import type { FileKind } from "./ledger.js";
import type { OpenFiles } from "./open-files.js";
import type { Pointer, Rule } from "./rules.js";

/** A request before the gate. */
export interface Request {
  rule: Rule | undefined;
  kind: FileKind;
  request: number;
  argument: IoctlArgument;
  kernel: Kernel;
  files: OpenFiles;
}

/**
 * Lets a request pass or throws.
 *
 * @returns a hold on the memory behind each embedded address, in order
 * @throws TypeError for the wrong kind of argument; RangeError for a request that VFIO does not
 *   have for this kind of file, bytes that are shorter than they say, and addresses that are not
 *   this process's memory; VfioError EBADF for an embedded descriptor that is not open here
 */
export function checkArgument(request: Request): Hold[] {
  const { rule, argument } = request;
  if (rule === undefined) throw unknownRequest(request);
  if (rule.takes === "none" || rule.takes === "number") return checkNumber(rule, argument);
  if (rule.takes === "string") return checkString(rule, argument);
  if (!(argument instanceof Uint8Array)) {
    throw new TypeError(`${rule.name} takes the bytes of a struct, not ${kindOf(argument)}`);
  }
  return checkBytes(request, rule, argument);
}

function checkNumber(rule: Rule, argument: IoctlArgument): Hold[] {
  const good = typeof argument === "bigint" || Number.isSafeInteger(argument);
  if (!good) throw new TypeError(`${rule.name} takes an integer, not ${kindOf(argument)}`);
  return [];
}

function checkString(rule: Rule, argument: IoctlArgument): Hold[] {
  if (typeof argument !== "string") {
    throw new TypeError(`${rule.name} takes a string, not ${kindOf(argument)}`);
  }
  if (argument.includes("\0")) throw new RangeError(`${rule.name}: the name has a NUL in it`);
  return [];
}

function checkBytes({ kernel, files }: Request, rule: Rule, bytes: Uint8Array): Hold[] {
  if (bytes.length < rule.minimum) {
    throw new RangeError(`${rule.name} needs ${rule.minimum} bytes or more, not ${bytes.length}`);
  }
  const view = viewOf(bytes);
  if (rule.takes === "struct") {
    const argsz = view.getUint32(0, true);
    if (argsz > bytes.length) {
      throw new RangeError(
        `${rule.name}: argsz says ${argsz}, but there are ${bytes.length} bytes`,
      );
    }
  }
  if (rule.embedded === undefined) return [];
  const { pointers = [], fds = [] } = rule.embedded(view);
  for (const fd of fds) {
    if (fd >= 0 && files.get(fd) === undefined) throw badDescriptor(rule);
  }
  return pointers.map((pointer) => holdOf(kernel, rule, pointer));
}

function holdOf(kernel: Kernel, rule: Rule, { what, address, length }: Pointer): Hold {
  const hold = kernel.hold(address, length);
  if (hold !== undefined) return hold;
  const range = `0x${address.toString(16)} + 0x${length.toString(16)}`;
  throw new RangeError(
    `${rule.name}: ${what} ${range} is not memory that this process allocated and still has`,
  );
}

function badDescriptor(rule: Rule): VfioError {
  return new VfioError({ errno: Errno.EBADF, syscall: "ioctl", request: rule.name });
}

function unknownRequest({ kind, request }: Request): RangeError {
  const number = typeof request === "number" ? `0x${request.toString(16)}` : kindOf(request);
  return new RangeError(
    `VFIO has no request ${number} for this file (${kind}); unsafeIoctl sends it anyway`,
  );
}

function kindOf(value: unknown): string {
  if (value instanceof Uint8Array) return "bytes";
  return value === null ? "null" : typeof value === "number" ? String(value) : typeof value;
}
