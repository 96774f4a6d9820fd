import { Errno } from "../../../../errno.js";
import { IrqSetFlags } from "../../../../uapi/flags.js";
import type { Client } from "../../../core/client.js";
import { type EventFd, eventfdOf } from "../../../core/eventfd.js";
import type { Result } from "../../../core/result.js";
import { descriptorOf, type IrqRequest } from "../../../mdev/irq-set.js";

/** Who is to be told from now on. */
export interface SingleChange {
  readonly eventfd: EventFd | undefined;
}

/**
 * SET_IRQS of the indices with one virtual interrupt, ERR and REQ: what changes, or a result where
 * nothing does.
 */
// drivers/vfio/pci/vfio_pci_intrs.c: vfio_pci_set_ctx_trigger_single()
export function setSingle(
  client: Client,
  request: IrqRequest,
  current: EventFd | undefined,
  strict: boolean,
): SingleChange | Result {
  const { start, count, data, bytes } = request;
  if (start !== 0 || count > 1) return -Errno.EINVAL;
  if (data === IrqSetFlags.DATA_NONE) {
    if (current === undefined) return -Errno.EINVAL;
    if (count === 0) return { eventfd: undefined };
    current.signal();
    return 0;
  }
  if (count === 0) return -Errno.EINVAL;
  if (data === IrqSetFlags.DATA_BOOL) {
    if (bytes[0] !== 0) current?.signal();
    return 0;
  }
  const fd = descriptorOf(request, 0);
  if (fd === -1) return { eventfd: undefined };
  if (fd < 0) return strict ? -Errno.EINVAL : 0;
  const eventfd = eventfdOf(client, fd);
  return typeof eventfd === "number" ? eventfd : { eventfd };
}
