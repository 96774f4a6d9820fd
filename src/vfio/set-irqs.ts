import type { Fd, Kernel } from "../kernel.js";
import { viewOf } from "../uapi/codec.js";
import { IrqSetFlags } from "../uapi/flags.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import { integer, wrongType } from "./numbers.js";

/** What is done to interrupts. */
export type IrqAction = "mask" | "unmask" | "trigger";

/**
 * VFIO_DEVICE_SET_IRQS. Without `eventfds` and `values` the action itself is done to `count`
 * interrupts (a count of 0 with `trigger` disables the whole index); with `values` only where true;
 * with `eventfds` they become what carries the action out, -1 for none.
 */
export interface IrqSet {
  index: number;
  action: IrqAction;
  /** First interrupt of the index; 0 unless told. */
  start?: number;
  /** How many; the length of the list, if there is one, else 0. */
  count?: number;
  values?: readonly boolean[];
  eventfds?: readonly Fd[];
}

const actions: Readonly<Record<IrqAction, number>> = {
  mask: IrqSetFlags.ACTION_MASK,
  unmask: IrqSetFlags.ACTION_UNMASK,
  trigger: IrqSetFlags.ACTION_TRIGGER,
};

const U32 = 0xffff_ffff;

/** The bytes of a SET_IRQS. @throws TypeError, RangeError for what cannot be encoded */
export function encodeIrqSet(set: IrqSet): Uint8Array<ArrayBuffer> {
  const { eventfds, values, action } = set;
  if (!Object.hasOwn(actions, action)) throw wrongType(action, "action", "mask, unmask or trigger");
  if (eventfds && values) throw new TypeError("eventfds, values: only one of them");
  const index = integer(set.index, "index", { max: U32 });
  const start = integer(set.start ?? 0, "start", { max: U32 });
  const count = integer(set.count ?? eventfds?.length ?? values?.length ?? 0, "count", {
    max: U32,
  });
  const { DATA_EVENTFD, DATA_BOOL, DATA_NONE } = IrqSetFlags;
  const data = eventfds ? DATA_EVENTFD : values ? DATA_BOOL : DATA_NONE;
  const extra = eventfds ? eventfds.length * 4 : (values?.length ?? 0);
  const bytes = structs.irqSet.encode(
    { flags: data | actions[action], index, start, count },
    extra,
  );
  const view = viewOf(bytes);
  const { size } = structs.irqSet;
  eventfds?.forEach((fd, i) => {
    view.setInt32(size + 4 * i, integer(fd, "eventfd", { min: -(2 ** 31), max: 2 ** 31 }), true);
  });
  values?.forEach((value, i) => {
    bytes[size + i] = value ? 1 : 0;
  });
  return bytes;
}

/** Sends one. @returns what the kernel returned: above 0, how many vectors it could have given */
export function setIrqs(kernel: Kernel, fd: Fd, set: IrqSet): number {
  return kernel.ioctl(fd, Vfio.DEVICE_SET_IRQS, encodeIrqSet(set));
}
