import { isVfioError } from "../errors.js";
import type { BlockingWriteOptions, Kernel } from "../kernel.js";
import { withHint, writeHint } from "./hint.js";
import { refuseInUse, waitHint } from "./in-use.js";
import type { MdevDevice } from "./mdev-device.js";

/** Milliseconds to wait for whoever holds a device, unless told. */
export const patience = 10_000;

/** How to take a device from its users. */
export interface TakeOptions extends BlockingWriteOptions {
  /** Go on although somebody holds the group: the kernel then waits until they let go. */
  force?: boolean | undefined;
}

/**
 * Removes a mediated device. While somebody has it open the kernel waits; after `timeout`
 * milliseconds (10 s unless told) we no longer do, but it goes as soon as it is free.
 * drivers/vfio/mdev/mdev_sysfs.c: remove_store()
 *
 * @throws VfioError EBUSY if somebody holds its group, EDEADLK if this process does, ETIMEDOUT,
 *   ENOENT, EAGAIN (being removed already), EACCES
 */
export async function stopMdev(
  kernel: Pick<Kernel, "sysfs" | "system">,
  device: MdevDevice,
  { timeout = patience, signal, force }: TakeOptions = {},
): Promise<void> {
  const path = `${device.path}/remove`;
  const { group } = device;
  refuseInUse(kernel, { path, group, force });
  try {
    await kernel.sysfs.writeBlocking(path, "1", { timeout, signal });
  } catch (error) {
    const hint = isVfioError(error, "ETIMEDOUT")
      ? waitHint(kernel, { group, timeout })
      : writeHint(kernel, error);
    throw withHint(error, hint);
  }
}
