import { Errno } from "../../../errno.js";
import { viewOf } from "../../../uapi/codec.js";
import { IommuCap, IommuInfoFlags } from "../../../uapi/flags.js";
import { capabilityBytes, chainCapabilities } from "../../core/info-caps.js";
import { PAGE_SIZE } from "../../core/page.js";
import type { RequestCall } from "../../core/request-table.js";
import type { Result } from "../../core/result.js";
import { MOST_BYTES } from "./dirty-bitmap.js";
import type { Type1 } from "./type1.js";

/** sizeof(struct vfio_iommu_type1_info) */
const INFO_SIZE = 24;
const LEAST_SIZE = 16;
const CAP_OFFSET_END = 20;

// vfio_iommu_type1_get_info()
export function getInfo({ target, argument, argsz }: RequestCall<Type1>): Result {
  const { type1InfoSize } = target.machine.profile;
  const align = type1InfoSize === INFO_SIZE ? 8 : 1;
  const caps = chainCapabilities(capabilitiesOf(target), INFO_SIZE, align);
  const info = new Uint8Array(INFO_SIZE);
  const view = viewOf(info);
  const fits = argsz >= INFO_SIZE + caps.length;
  view.setUint32(0, fits ? argsz : INFO_SIZE + caps.length, true);
  view.setUint32(4, IommuInfoFlags.PGSIZES | IommuInfoFlags.CAPS, true);
  view.setBigUint64(8, target.pageSizes, true);
  view.setUint32(16, fits ? INFO_SIZE : 0, true);
  if (fits && !argument.write(caps, INFO_SIZE)) return -Errno.EFAULT;
  return argument.write(info.subarray(0, written(argsz, type1InfoSize))) ? 0 : -Errno.EFAULT;
}

/** 6.1 writes up to `cap_offset` or not; later kernels as much of the struct as there is room. */
function written(argsz: number, type1InfoSize: 20 | 24): number {
  if (type1InfoSize === INFO_SIZE) return Math.min(argsz, INFO_SIZE);
  return argsz >= CAP_OFFSET_END ? CAP_OFFSET_END : LEAST_SIZE;
}

// vfio_iommu_migration_build_caps(), vfio_iommu_dma_avail_build_caps(),
// vfio_iommu_iova_build_caps()
function capabilitiesOf({ granule, available, ranges }: Type1): Uint8Array[] {
  const migration = capabilityBytes(IommuCap.MIGRATION, 32, (view) => {
    view.setBigUint64(16, BigInt(granule * PAGE_SIZE), true);
    view.setBigUint64(24, BigInt(MOST_BYTES), true);
  });
  const avail = capabilityBytes(IommuCap.DMA_AVAIL, 12, (view) => {
    view.setUint32(8, available, true);
  });
  if (ranges.length === 0) return [migration, avail];
  const iovas = capabilityBytes(IommuCap.IOVA_RANGE, 16 + ranges.length * 16, (view) => {
    view.setUint32(8, ranges.length, true);
    ranges.forEach(({ start, end }, index) => {
      view.setBigUint64(16 + index * 16, start, true);
      view.setBigUint64(24 + index * 16, end, true);
    });
  });
  return [migration, avail, iovas];
}
