import { Errno } from "../../../errno.js";
import { readStruct, type UserArgument } from "../../core/argument.js";
import type { Result } from "../../core/result.js";

/** The argsz law: EFAULT when the least cannot be read, EINVAL when argsz is less than it. */
export function readChecked<Values extends { argsz: number }>(
  argument: UserArgument,
  layout: { decode(bytes: Uint8Array): Values },
  least: number,
): Values | Result {
  const values = readStruct(argument, layout, least);
  if (values === undefined) return -Errno.EFAULT;
  return values.argsz < least ? -Errno.EINVAL : values;
}
