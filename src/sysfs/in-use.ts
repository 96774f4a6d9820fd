import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import type { Kernel } from "../kernel.js";
import type { Holder } from "../system.js";
import { groupNode } from "./iommu-group.js";

/** What is to be taken away, and from whom. */
export interface TakeAway {
  /** The file of sysfs that is about to be written. */
  path: string;
  /** The device's IOMMU group. */
  group: number | undefined;
  /** Take it although somebody holds its group; the kernel then waits for them. */
  force?: boolean | undefined;
}

/**
 * Refuses to take a device from those who hold its group. From this very process always: the
 * kernel would wait for a file that only the waiting process could close, until the next boot.
 *
 * @throws VfioError EDEADLK for this process, EBUSY for others unless forced
 */
export function refuseInUse(
  kernel: Pick<Kernel, "system">,
  { path, group, force = false }: TakeAway,
): void {
  const node = group === undefined ? undefined : groupNode(kernel, group);
  if (node === undefined) return;
  const holders = kernel.system.holders(node);
  const own = kernel.system.pid();
  const refuse = (errno: number, hint: string) =>
    new VfioError({ errno, syscall: "write", path, hint });
  if (holders.some(({ pid }) => pid === own)) {
    throw refuse(Errno.EDEADLK, `This process holds ${node} itself: close the device first.`);
  }
  if (holders.length > 0 && !force) {
    throw refuse(Errno.EBUSY, `${node} is held by ${holderList(holders)}: end that first.`);
  }
}

/** Why a write that waits for a device's users has not come back. */
export function waitHint(
  kernel: Pick<Kernel, "system">,
  { group, timeout }: { group: number | undefined; timeout: number },
): string {
  const node = group === undefined ? undefined : groupNode(kernel, group);
  const holders = node === undefined ? [] : kernel.system.holders(node);
  const who = holders.length === 0 ? "a process that is not to be seen" : holderList(holders);
  return `Still in use after ${timeout} ms, by ${who}. It goes as soon as that lets go.`;
}

function holderList(holders: readonly Holder[]): string {
  return holders.map(({ pid, command }) => `${command} (pid ${pid})`).join(", ");
}
