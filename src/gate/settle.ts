import type { Fd, Hold, IoctlArgument } from "../kernel.js";
import { viewOf } from "../uapi/codec.js";
import { DeviceState, DmaMapFlags, DmaUnmapFlags, Feature, FeatureFlags } from "../uapi/flags.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import type { ContainerRecord, FileRecord } from "./ledger.js";
import type { OpenFiles } from "./open-files.js";

/** A request that the kernel has answered with success. */
export interface Done {
  fd: Fd;
  request: number;
  argument: IoctlArgument;
  result: number;
  /** Holds on the memory behind its embedded addresses, in order. */
  holds: readonly Hold[];
}

/**
 * Draws the conclusions from an answered request: new files, attached groups, held memory.
 *
 * @returns whether the holds were kept; if not they end with the call
 */
export function settle(files: OpenFiles, done: Done): boolean {
  const file = files.get(done.fd);
  if (file?.kind === "group") settleGroup(files, file, done);
  else if (file?.kind === "device") settleDevice(files, file, done);
  else if (file?.container !== undefined) return settleContainer(file.container, done);
  return false;
}

function settleGroup(files: OpenFiles, group: FileRecord, done: Done): void {
  if (done.request === Vfio.GROUP_GET_DEVICE_FD) files.created(done.result, "device", group);
  if (done.request === Vfio.GROUP_SET_CONTAINER && done.argument instanceof Uint8Array) {
    const container = files.get(viewOf(done.argument).getInt32(0, true))?.container;
    if (container === undefined) return;
    container.groups.add(group);
    group.container = container;
  }
  if (done.request === Vfio.GROUP_UNSET_CONTAINER) {
    group.container?.detach(group);
    group.container = undefined;
  }
}

function settleContainer(container: ContainerRecord, done: Done): boolean {
  if (!(done.argument instanceof Uint8Array)) return false;
  const [hold] = done.holds;
  if (done.request === Vfio.IOMMU_MAP_DMA && hold !== undefined) {
    const { flags, iova, size } = structs.iommuType1DmaMap.decode(done.argument);
    if ((flags & DmaMapFlags.VADDR) !== 0) container.remap(iova, hold);
    else container.map(iova, size, hold);
    return true;
  }
  if (done.request === Vfio.IOMMU_UNMAP_DMA) {
    const { flags, iova, size } = structs.iommuType1DmaUnmap.decode(done.argument);
    if ((flags & DmaUnmapFlags.VADDR) === 0) container.unmap(iova, size);
  }
  return false;
}

function settleDevice(files: OpenFiles, device: FileRecord, done: Done): void {
  if (done.request === Vfio.DEVICE_GET_GFX_DMABUF) files.created(done.result, "other", device);
  if (done.request !== Vfio.DEVICE_FEATURE || !(done.argument instanceof Uint8Array)) return;
  const view = viewOf(done.argument);
  const { flags } = structs.deviceFeature.decode(done.argument);
  const wanted = Feature.MIG_DEVICE_STATE | FeatureFlags.SET;
  if ((flags & (FeatureFlags.MASK | FeatureFlags.SET | FeatureFlags.PROBE)) !== wanted) return;
  if (view.byteLength < 16 || view.getUint32(8, true) === DeviceState.ERROR) return;
  const fd = view.getInt32(12, true);
  if (fd >= 0) files.created(fd, "migration");
}
