import { Errno } from "../../../errno.js";
import type { Client } from "../../core/client.js";
import type { Result } from "../../core/result.js";
import type { HardwareIommu, IommuGroup } from "../iommu-group.js";
import { HardwareDomain } from "./hardware-domain.js";
import { cutToAperture, excludeReserved, iovaRange } from "./iova-ranges.js";
import type { DmaMapping } from "./mapping.js";
import { ALL_PAGES } from "./page-number.js";
import { updatePageSizes } from "./page-sizes.js";
import { pinMapping, unpinMapping } from "./pin.js";
import type { AttachedGroup, Type1 } from "./type1.js";

// vfio_iommu_type1_attach_group()
export function attachGroup(type1: Type1, client: Client, group: IommuGroup): Result {
  if (type1.invalidVaddrs > 0) return -Errno.EBUSY;
  if (isAttached(type1, group)) return -Errno.EINVAL;
  const failed = type1.machine.faults.allocation(client);
  if (failed < 0) return failed;
  if (group.kind === "emulated") {
    type1.emulated.push({ group, pinnedScope: true });
    return 0;
  }
  const { hardware } = group;
  if (hardware === undefined) return -Errno.EIO;
  if (apertureConflicts(type1, hardware) || reservedConflicts(type1, hardware)) {
    return -Errno.EINVAL;
  }
  const cut = cutToAperture(type1.ranges, hardware.apertureEnd);
  const ranges = excludeReserved(cut, hardware.reserved);
  if (ranges.length === 0) return -Errno.EINVAL;
  if (!hardware.msiIsolation && !type1.machine.type1.unsafeInterrupts) return -Errno.EPERM;
  const joined = join(type1, client, { group, pinnedScope: false }, hardware);
  if (joined < 0) return joined;
  type1.ranges = ranges;
  type1.nonPinnedGroups += 1;
  return 0;
}

function isAttached({ emulated, domains }: Type1, group: IommuGroup): boolean {
  const lists = [emulated, ...domains.map(({ groups }) => groups)];
  return lists.some((list) => list.some((attached) => attached.group === group));
}

/** A domain that is there already serves, if it enforces coherency alike; it needs no replay. */
function join(
  type1: Type1,
  client: Client,
  attached: AttachedGroup,
  hardware: HardwareIommu,
): Result {
  const there = type1.domains.find(({ coherent }) => coherent === hardware.cacheCoherent);
  if (there !== undefined) {
    there.attach(attached);
    return 0;
  }
  const domain = new HardwareDomain(type1, hardware);
  const replayed = replay(type1, client, domain);
  if (replayed < 0) return replayed;
  domain.attach(attached);
  type1.domains.unshift(domain);
  updatePageSizes(type1);
  return 0;
}

/** What is mapped is pinned and put into the new domain. vfio_iommu_replay() */
function replay(type1: Type1, client: Client, domain: HardwareDomain): Result {
  const pinned: DmaMapping[] = [];
  for (const mapping of type1.mappings) {
    let result: Result = 0;
    // The end of one that reaches to 2^64 is 0 where that wraps: nothing of it is mapped.
    if (type1.mappings.topOfSpaceBug && mapping.end === ALL_PAGES) continue;
    if (!mapping.iommuMapped) {
      result = pinMapping(mapping, client);
      if (result === 0) pinned.push(mapping);
    }
    if (result === 0 && beyond(mapping, domain)) {
      result = -Errno[type1.machine.profile.apertureErrno];
    }
    if (result === 0) continue;
    for (const earlier of pinned) unpinMapping(earlier, true);
    return result;
  }
  for (const mapping of type1.mappings) mapping.iommuMapped = true;
  return 0;
}

function beyond({ end }: DmaMapping, { apertureEnd }: HardwareDomain): boolean {
  return end > iovaRange(0n, apertureEnd).endPage;
}

/** Mappings that the aperture would cut off; nothing was promised before the first one. */
// vfio_iommu_aper_conflict()
function apertureConflicts({ ranges, mappings }: Type1, hardware: HardwareIommu): boolean {
  const first = ranges[0];
  const last = ranges[ranges.length - 1];
  if (first === undefined || last === undefined) return false;
  if (hardware.apertureEnd < first.start) return true;
  if (hardware.apertureEnd >= last.end) return false;
  const { firstPage, endPage } = iovaRange(hardware.apertureEnd + 1n, last.end);
  return mappings.findOverlap(firstPage, endPage - firstPage) !== undefined;
}

// vfio_iommu_resv_conflict()
function reservedConflicts({ mappings }: Type1, { reserved }: HardwareIommu): boolean {
  return reserved.some(({ start, end, type }) => {
    if (type === "direct-relaxable") return false;
    const firstPage = Number(start >> 12n);
    const pages = Number((end >> 12n) + 1n) - firstPage;
    return mappings.findOverlap(firstPage, pages) !== undefined;
  });
}
