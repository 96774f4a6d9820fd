import { Errno } from "../../errno.js";
import type { Client, PinnedPage } from "./client.js";
import type { IommuBackend } from "./iommu-driver.js";
import type { Result } from "./result.js";
import type { VfioDevice } from "./vfio-device.js";

/** VFIO_PIN_PAGES_MAX_ENTRIES: a page full of page pointers. */
const MOST_PAGES = 512;

const PAGE_SHIFT = 12n;

/** Direction bits for `pinPages` (IOMMU_READ, IOMMU_WRITE). */
export const PinProt = { read: 1, write: 2 } as const;

/**
 * Pins pages of the client's memory by IOVA, for drivers of mediated devices. Each page must be
 * given back by `unpinPages`, also when `dmaUnmap` says that its mapping goes away.
 *
 * @returns the pages in order, -EINVAL (no mapping, device not open, no `dmaUnmap`), -E2BIG (more
 * than 512), -EACCES (type1 v1), -EPERM (direction), -EBUSY (an address is being updated), -EFAULT
 *   or -ENOMEM (limit)
 *
 * drivers/vfio/container.c: vfio_pin_pages()
 */
export function pinPages(
  device: VfioDevice,
  iova: bigint,
  count: number,
  prot: number,
): PinnedPage[] | Result {
  const { registration, ops, machine } = device;
  if (count <= 0 || registration === undefined || registration.openCount === 0) {
    return -Errno.EINVAL;
  }
  if (machine.profile.pinNeedsDmaUnmap && ops.dmaUnmap === undefined) return -Errno.EINVAL;
  if (count > MOST_PAGES) return -Errno.E2BIG;
  const { group, iommuGroup } = registration;
  const page = Number(iova >> PAGE_SHIFT);
  return group.container?.iommu?.pinPages?.(iommuGroup, page, count, prot) ?? -Errno.ENOTTY;
}

/** vfio_unpin_pages(): pages that are not pinned are ignored. */
export function unpinPages(device: VfioDevice, iova: bigint, count: number): void {
  if (count <= 0 || count > MOST_PAGES) return;
  backendOf(device)?.unpinPages?.(Number(iova >> PAGE_SHIFT), count);
}

/**
 * Copies between a buffer and the client's memory by IOVA. `current` is the process that makes the
 * system call, undefined for a kernel thread (a timer).
 *
 * @returns 0, -EINVAL (no mapping, nothing to copy), -EPERM (direction: READ is needed always; or
 *   the process has ended), -EFAULT (another process's memory, or not there), -EBUSY
 *
 * drivers/vfio/container.c: vfio_dma_rw()
 */
export function dmaCopy(
  device: VfioDevice,
  current: Client | undefined,
  iova: bigint,
  data: Uint8Array,
  direction: "read" | "write",
): Result {
  const backend = backendOf(device);
  if (data.length === 0 || backend === undefined) return -Errno.EINVAL;
  return backend.copy?.(current, iova, data, direction) ?? -Errno.ENOTTY;
}

function backendOf({ registration }: VfioDevice): IommuBackend | undefined {
  if (registration === undefined || registration.openCount === 0) return undefined;
  return registration.group.container?.iommu;
}
