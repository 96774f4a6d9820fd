import type { Client, PinnedPage, PinnedSpan } from "../../core/client.js";
import { PAGE_SIZE } from "../../core/page.js";
import type { Result } from "../../core/result.js";
import type { DirtyBitmap } from "./dirty-bitmap.js";
import { accountLocked } from "./locked-memory.js";
import type { TreeNode } from "./red-black-tree.js";

/** A page that a driver of a mediated device holds (struct vfio_pfn). */
export interface DriverPin {
  readonly page: PinnedPage;
  references: number;
}

/** Direction bits of a mapping, from the device's side (IOMMU_READ, IOMMU_WRITE). */
export const Prot = { read: 1, write: 2 } as const;

/** What a mapping without hardware has pinned; never changed. */
const noSpans: PinnedSpan[] = [];

/** struct vfio_dma (drivers/vfio/vfio_iommu_type1.c): one MAP_DMA. Addresses are page numbers. */
export class DmaMapping implements TreeNode<DmaMapping> {
  /** Its place in the table. */
  slot = -1;
  parent: DmaMapping | undefined;
  left: DmaMapping | undefined;
  right: DmaMapping | undefined;
  red = false;
  vaddrInvalid = false;
  /** Pinned and in the page tables of the hardware. */
  iommuMapped = false;
  /** What is pinned for the hardware, in order of address. */
  spans: PinnedSpan[] = noSpans;
  /** Pages that drivers hold, by their IOVA's page number. */
  driverPins: Map<number, DriverPin> | undefined;
  bitmap: DirtyBitmap | undefined;
  /** Pages of it that count against the owner's limit. */
  #locked = 0;

  constructor(
    readonly page: number,
    readonly pages: number,
    /** The client's address, in pages; updated after an invalidation. */
    public vaddrPage: number,
    /** `Prot` bits. */
    readonly prot: number,
    /** Whose memory it is: task and mm at MAP time. */
    public owner: Client,
    /** The owner had CAP_IPC_LOCK. */
    public lockCap: boolean,
  ) {}

  get end(): number {
    return this.page + this.pages;
  }

  get locked(): number {
    return this.#locked;
  }

  get writable(): boolean {
    return (this.prot & Prot.write) !== 0;
  }

  // vfio_lock_acct()
  account(pages: number): Result {
    if (pages === 0 || !this.owner.alive) return 0;
    const result = accountLocked(this.owner, pages, this.lockCap);
    if (result === 0) this.#locked += pages;
    return result;
  }

  // vfio_change_dma_owner()
  changeOwner(client: Client): Result {
    if (client === this.owner) return 0;
    const lockCap = client.capable("CAP_IPC_LOCK");
    const counted = accountLocked(client, this.#locked, lockCap);
    if (counted < 0) return counted;
    if (this.owner.alive) accountLocked(this.owner, -this.#locked, this.lockCap);
    this.owner = client;
    this.lockCap = lockCap;
    return 0;
  }

  /** Whether a driver holds pages of it. */
  get pinnedByDrivers(): boolean {
    return this.driverPins !== undefined && this.driverPins.size > 0;
  }

  /** The pinned span that a page of the mapping is in. */
  spanOf(page: number): { span: PinnedSpan; offset: number } | undefined {
    let left = page - this.page;
    for (const span of this.spans) {
      if (left < span.pages) return { span, offset: left * PAGE_SIZE };
      left -= span.pages;
    }
    return undefined;
  }
}
