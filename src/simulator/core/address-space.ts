import type { Hold } from "../../kernel.js";
import type { ClientMemory, PinnedPage, PinnedSpan } from "./client.js";
import { type AreaBacking, MemoryArea } from "./memory-area.js";
import { PAGE_SIZE } from "./page.js";

/** Where the first area stands: within what Linux gives to mmap on x86-64. */
const BASE = 0x7f00_0000_0000;

/** Numbers the machine's page frames: the same memory has the same number for everybody. */
export class FrameCounter {
  #next = 0x10_0000;

  take(pages: number): number {
    const first = this.#next;
    this.#next += pages;
    return first;
  }
}

/**
 * A simulated process's memory: areas at rising addresses with an unmapped page after each.
 * Addresses are never used twice, so what reaches through a stale one is found out.
 */
export class AddressSpace implements ClientMemory {
  /** Sorted by address. */
  readonly #areas: MemoryArea[] = [];
  #next = BASE;
  #last: MemoryArea | undefined;
  #pins = 0;

  constructor(readonly frames: FrameCounter) {}

  /** Spans that are pinned at the moment. */
  get pins(): number {
    return this.#pins;
  }

  /** mmap(): whole pages at a new address. */
  map(length: number, protection: number, backing: AreaBacking): MemoryArea {
    const frame = this.frames.take(length / PAGE_SIZE);
    const area = new MemoryArea(this.#next, length, protection, backing, frame);
    this.#next = area.end + PAGE_SIZE;
    this.#areas.push(area);
    return area;
  }

  /** munmap(). Pinned pages stay reachable to those who hold them. */
  unmap(area: MemoryArea): void {
    area.freed = true;
    const index = this.#areas.indexOf(area);
    if (index >= 0) this.#areas.splice(index, 1);
    if (this.#last === area) this.#last = undefined;
  }

  /** Gives the memory up; while DMA uses it, it stays. */
  free(area: MemoryArea): void {
    area.freed = true;
    if (area.uses === 0) this.unmap(area);
  }

  read(address: number, target: Uint8Array): boolean {
    let done = 0;
    while (done < target.length) {
      const area = this.find(address + done);
      if (area === undefined || !area.readable) return false;
      const offset = address + done - area.start;
      const part = target.subarray(done, done + area.length - offset);
      if (!area.read(offset, part)) return false;
      done += part.length;
    }
    return true;
  }

  write(address: number, source: Uint8Array): boolean {
    let done = 0;
    while (done < source.length) {
      const area = this.find(address + done);
      if (area === undefined || !area.writable) return false;
      const offset = address + done - area.start;
      const part = source.subarray(done, done + area.length - offset);
      if (!area.write(offset, part)) return false;
      done += part.length;
    }
    return true;
  }

  pin(address: number, writable: boolean): PinnedPage | undefined {
    return this.pinSpan(address, 1, writable);
  }

  // mm/gup.c: check_vma_flags(); drivers/vfio/vfio_iommu_type1.c: vaddr_get_pfns() for a BAR
  pinSpan(address: number, pages: number, writable: boolean): PinnedSpan | undefined {
    const area = this.find(address);
    if (area === undefined || !(writable ? area.writable : area.readable)) return undefined;
    if (area.backing.device?.accessible === false) return undefined;
    const offset = address - area.start - ((address - area.start) % PAGE_SIZE);
    const held = Math.min(pages, (area.length - offset) / PAGE_SIZE);
    this.#pins += 1;
    return area.pin(offset, held, () => {
      this.#pins -= 1;
      this.#dropUse(area);
    });
  }

  /** Keeps memory that is wholly inside one area, when the process frees it. */
  hold(address: number, length: number): Hold | undefined {
    const area = this.find(address);
    if (area === undefined || address + length > area.end) return undefined;
    area.uses += 1;
    let held = true;
    return {
      release: () => {
        if (held) this.#dropUse(area);
        held = false;
      },
    };
  }

  /** The area that an address lies in. */
  find(address: number): MemoryArea | undefined {
    const last = this.#last;
    if (last !== undefined && address >= last.start && address < last.end) return last;
    const area = this.#areas[this.#firstEndingAfter(address)];
    if (area === undefined || address < area.start) return undefined;
    this.#last = area;
    return area;
  }

  #dropUse(area: MemoryArea): void {
    area.uses -= 1;
    if (area.freed && area.uses === 0) this.unmap(area);
  }

  #firstEndingAfter(address: number): number {
    let low = 0;
    let high = this.#areas.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#areas[middle] as MemoryArea).end > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
