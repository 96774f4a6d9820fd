import type { IommuGroup } from "../iommu-group.js";
import type { HardwareDomain } from "./hardware-domain.js";
import { excludeReserved, type IovaRange, iovaRange, LAST_IOVA } from "./iova-ranges.js";
import { updatePageSizes } from "./page-sizes.js";
import { unpinMapping } from "./pin.js";
import type { AttachedGroup, Type1 } from "./type1.js";

// vfio_iommu_type1_detach_group()
export function detachGroup(type1: Type1, group: IommuGroup): void {
  const attached = detachEmulated(type1, group) ?? detachHardware(type1, group);
  if (attached === undefined || attached.pinnedScope) return;
  type1.nonPinnedGroups -= 1;
  // What the group dirtied without telling may be anything: every page counts as dirty once.
  if (type1.tracking) {
    for (const { bitmap } of type1.mappings) bitmap?.set(0, bitmap.bits);
  }
}

function detachEmulated(type1: Type1, group: IommuGroup): AttachedGroup | undefined {
  const index = type1.emulated.findIndex((attached) => attached.group === group);
  if (index < 0) return undefined;
  const [attached] = type1.emulated.splice(index, 1);
  if (type1.emulated.length === 0 && type1.domains.length === 0) type1.removeAll();
  return attached;
}

function detachHardware(type1: Type1, group: IommuGroup): AttachedGroup | undefined {
  for (const domain of type1.domains) {
    const attached = domain.groups.find((other) => other.group === group);
    if (attached === undefined) continue;
    domain.detach(attached);
    if (domain.groups.length === 0) dropDomain(type1, domain);
    type1.ranges = refreshed(type1);
    return attached;
  }
  return undefined;
}

/**
 * The last domain takes the mappings along, unless mediated devices still need them; then they stay
 * without being pinned.
 */
function dropDomain(type1: Type1, domain: HardwareDomain): void {
  if (type1.domains.length === 1) {
    if (type1.emulated.length === 0) type1.removeAll();
    else for (const mapping of type1.mappings) unpinMapping(mapping, true);
  }
  type1.domains.splice(type1.domains.indexOf(domain), 1);
  updatePageSizes(type1);
  type1.ranges = expanded(type1);
}

/**
 * The first and last range reach as far as the apertures that are left. vfio_iommu_aper_expand()
 */
function expanded({ ranges, domains }: Type1): IovaRange[] {
  const first = ranges[0];
  const last = ranges[ranges.length - 1];
  if (first === undefined || last === undefined) return ranges;
  let end = LAST_IOVA;
  for (const { apertureEnd } of domains) if (apertureEnd < end) end = apertureEnd;
  return [iovaRange(0n, end)];
}

/** Only what the groups that are left reserve is excluded. vfio_iommu_resv_refresh() */
function refreshed({ ranges, domains }: Type1): IovaRange[] {
  const first = ranges[0];
  const last = ranges[ranges.length - 1];
  if (first === undefined || last === undefined) return ranges;
  const reserved = domains.flatMap(({ groups }) =>
    groups.flatMap(({ group }) => group.hardware?.reserved ?? []),
  );
  return excludeReserved([iovaRange(first.start, last.end)], reserved);
}
