import { Errno } from "../../errno.js";
import { viewOf } from "../../uapi/codec.js";
import { IrqSetFlags } from "../../uapi/flags.js";
import { irqSet } from "../../uapi/structs.js";
import type { UserArgument } from "../core/argument.js";
import { copyLeast } from "../core/request-table.js";
import type { Result } from "../core/result.js";

const dataTypes = IrqSetFlags.DATA_NONE | IrqSetFlags.DATA_BOOL | IrqSetFlags.DATA_EVENTFD;
const actions = IrqSetFlags.ACTION_MASK | IrqSetFlags.ACTION_UNMASK | IrqSetFlags.ACTION_TRIGGER;

/** What a VFIO_DEVICE_SET_IRQS asks for, checked. */
export interface IrqRequest {
  /** One of `IrqSetFlags.DATA_*`. */
  readonly data: number;
  /** Any of `IrqSetFlags.ACTION_*`; whether it is exactly one is the driver's affair. */
  readonly action: number;
  readonly index: number;
  readonly start: number;
  readonly count: number;
  /** `count` bytes (BOOL) or `count` 32-bit descriptors (EVENTFD); empty for NONE. */
  readonly bytes: Uint8Array;
}

/**
 * drivers/vfio/vfio_main.c: vfio_set_irqs_validate_and_prepare(), and the copies around it.
 * `irqsOf` tells how many interrupts an index has, `types` how many indices there are.
 */
export function readIrqRequest(
  argument: UserArgument,
  { types, irqsOf }: { types: number; irqsOf: (index: number) => number },
): IrqRequest | Result {
  const header = copyLeast(argument, irqSet.size, dataTypes | actions);
  if (typeof header === "number") return header;
  const { fields } = irqSet;
  const flags = fields.flags.get(header);
  const index = fields.index.get(header);
  const start = fields.start.get(header);
  const count = fields.count.get(header);
  if (index >= types) return -Errno.EINVAL;
  if (count >= 0xffff_ffff - start) return -Errno.EINVAL;
  const irqs = irqsOf(index);
  if (start >= irqs || start + count > irqs) return -Errno.EINVAL;

  const data = flags & dataTypes;
  const width = dataWidth(data);
  if (width === undefined) return -Errno.EINVAL;
  if (fields.argsz.get(header) - irqSet.size < count * width) return -Errno.EINVAL;
  const bytes = argument.read(count * width, irqSet.size);
  if (bytes === undefined) return -Errno.EFAULT;
  return { data, action: flags & actions, index, start, count, bytes };
}

/** The n-th descriptor of a request with eventfds. */
export function descriptorOf({ bytes }: IrqRequest, n: number): number {
  return viewOf(bytes).getInt32(4 * n, true);
}

function dataWidth(data: number): number | undefined {
  if (data === IrqSetFlags.DATA_NONE) return 0;
  if (data === IrqSetFlags.DATA_BOOL) return 1;
  return data === IrqSetFlags.DATA_EVENTFD ? 4 : undefined;
}
