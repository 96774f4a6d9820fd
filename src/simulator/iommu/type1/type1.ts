import { Extension, Vfio } from "../../../uapi/index.js";
import type { UserArgument } from "../../core/argument.js";
import type { Client, PinnedPage } from "../../core/client.js";
import type { IommuBackend } from "../../core/iommu-driver.js";
import { RequestTable } from "../../core/request-table.js";
import type { Result } from "../../core/result.js";
import type { VfioDevice } from "../../core/vfio-device.js";
import type { SimulatedMachine } from "../../machine.js";
import type { IommuGroup } from "../iommu-group.js";
import { attachGroup } from "./attach.js";
import { detachGroup } from "./detach.js";
import { dirtyPages } from "./dirty-pages.js";
import { copyByIova, pinPages, unpinPages } from "./driver-access.js";
import { getInfo } from "./get-info.js";
import type { HardwareDomain } from "./hardware-domain.js";
import type { IovaRange } from "./iova-ranges.js";
import { mapDma } from "./map.js";
import type { DmaMapping } from "./mapping.js";
import { MappingTable } from "./mapping-table.js";
import { unpinMapping } from "./pin.js";
import { unmapDma } from "./unmap.js";

/** All sizes from 4 KiB on (PAGE_MASK). */
export const EVERY_PAGE_SIZE = 0xffff_ffff_ffff_f000n;

/**
 * A group in the container, and whether its devices tell what they dirty (struct vfio_iommu_group).
 */
export interface AttachedGroup {
  readonly group: IommuGroup;
  /** Only pages that its driver pins become dirty. */
  pinnedScope: boolean;
}

/** The type1 IOMMU of one container: struct vfio_iommu (drivers/vfio/vfio_iommu_type1.c). */
export class Type1 implements IommuBackend {
  readonly machine: SimulatedMachine;
  readonly v2: boolean;
  readonly mappings: MappingTable;
  readonly domains: HardwareDomain[] = [];
  readonly emulated: AttachedGroup[] = [];
  /** Devices whose drivers are told when pinned pages go away. */
  readonly devices: VfioDevice[] = [];
  /** Valid IOVAs; empty until the first group with hardware: then everything is. */
  ranges: IovaRange[] = [];
  pageSizes = EVERY_PAGE_SIZE;
  /** The smallest page size, in pages of 4 KiB. */
  granule = 1;
  /** Mappings that may still be made. */
  available: number;
  tracking = false;
  invalidVaddrs = 0;
  /** Groups that can dirty memory without telling. */
  nonPinnedGroups = 0;

  constructor(machine: SimulatedMachine, type: number) {
    this.machine = machine;
    this.v2 = type !== Extension.TYPE1_IOMMU;
    this.available = machine.type1.dmaEntryLimit;
    const bug = machine.profile.topOfSpaceBug && machine.quirks.has("type1-top-of-space");
    this.mappings = new MappingTable(bug);
  }

  // vfio_iommu_type1_check_extension()
  checkExtension(extension: number): Result {
    switch (extension) {
      case Extension.TYPE1_IOMMU:
      case Extension.TYPE1v2_IOMMU:
      case Extension.UNMAP_ALL:
        return 1;
      case Extension.TYPE1_NESTING_IOMMU:
        return this.machine.profile.nesting ? 1 : 0;
      case Extension.UPDATE_VADDR:
        return this.emulated.length === 0 ? 1 : 0;
      case Extension.DMA_CC_IOMMU:
        return this.domains.every(({ coherent }) => coherent) ? 1 : 0;
      default:
        return 0;
    }
  }

  // vfio_iommu_type1_ioctl()
  ioctl(client: Client, request: number, argument: UserArgument): Result {
    return requests.run(this, client, request, argument);
  }

  attachGroup(client: Client, group: IommuGroup): Result {
    return attachGroup(this, client, group);
  }

  detachGroup(group: IommuGroup): void {
    detachGroup(this, group);
  }

  // vfio_iommu_type1_register_device(): only drivers that can be told
  registerDevice(device: VfioDevice): void {
    if (device.ops.dmaUnmap !== undefined) this.devices.unshift(device);
  }

  unregisterDevice(device: VfioDevice): void {
    const index = this.devices.indexOf(device);
    if (index >= 0) this.devices.splice(index, 1);
  }

  pinPages(group: IommuGroup, page: number, count: number, prot: number): PinnedPage[] | Result {
    return pinPages(this, group, page, count, prot);
  }

  unpinPages(page: number, count: number): void {
    unpinPages(this, page, count);
  }

  copy(
    current: Client | undefined,
    iova: bigint,
    data: Uint8Array,
    direction: "read" | "write",
  ): Result {
    return copyByIova(this, current, iova, data, direction);
  }

  // vfio_iommu_type1_release()
  release(): void {
    this.emulated.length = 0;
    this.removeAll();
    for (const domain of this.domains) domain.release();
    this.domains.length = 0;
  }

  // vfio_remove_dma()
  remove(mapping: DmaMapping): void {
    unpinMapping(mapping, true);
    this.mappings.delete(mapping);
    if (mapping.vaddrInvalid) this.invalidVaddrs -= 1;
    this.available += 1;
  }

  // vfio_iommu_unmap_unpin_all()
  removeAll(): void {
    for (const mapping of this.mappings) this.remove(mapping);
  }
}

const requests = new RequestTable<Type1>([
  {
    request: Vfio.CHECK_EXTENSION,
    rule: ({ target, argument }) => target.checkExtension(argument.number),
  },
  { request: Vfio.IOMMU_GET_INFO, leastSize: 16, rule: getInfo },
  { request: Vfio.IOMMU_MAP_DMA, leastSize: 32, flags: 7, rule: mapDma },
  { request: Vfio.IOMMU_UNMAP_DMA, leastSize: 24, flags: 7, rule: unmapDma },
  { request: Vfio.IOMMU_DIRTY_PAGES, rule: dirtyPages },
]);
