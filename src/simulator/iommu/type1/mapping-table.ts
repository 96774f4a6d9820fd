import { IovaMap } from "../iova-map.js";
import type { DmaMapping } from "./mapping.js";
import { ALL_PAGES } from "./page-number.js";

/**
 * The mappings of a container in order of IOVA: the kernel's rbtree and its three ways to search
 * it. Until 6.12 the search adds start and size in 64 bits, so a mapping that ends at 2^64 is never
 * found again, and a search that ends there finds nothing. Only a walk along the tree meets it.
 */
export class MappingTable {
  readonly #map = new IovaMap();
  readonly #slots: (DmaMapping | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  /** Mappings that end at 2^64, where the kernel cannot find them. All start high. */
  readonly #stranded: DmaMapping[] = [];

  constructor(
    /** The top of the address space is lost to searches. */
    readonly topOfSpaceBug: boolean,
  ) {}

  get size(): number {
    return this.#map.size + this.#stranded.length;
  }

  add(mapping: DmaMapping): void {
    if (this.topOfSpaceBug && mapping.end === ALL_PAGES) {
      this.#strand(mapping);
      return;
    }
    mapping.slot = this.#freeSlots.pop() ?? this.#slots.length;
    this.#slots[mapping.slot] = mapping;
    this.#map.insert(mapping.page, mapping.end, mapping.slot);
  }

  delete(mapping: DmaMapping): void {
    if (mapping.slot < 0) {
      const index = this.#stranded.indexOf(mapping);
      if (index >= 0) this.#stranded.splice(index, 1);
      return;
    }
    this.#map.remove(mapping.page);
    this.#slots[mapping.slot] = undefined;
    this.#freeSlots.push(mapping.slot);
    mapping.slot = -1;
  }

  /** The mapping that a page lies in. */
  at(page: number): DmaMapping | undefined {
    const slot = this.#map.find(page);
    return slot < 0 ? undefined : this.#slots[slot];
  }

  // vfio_find_dma()
  findOverlap(page: number, pages: number): DmaMapping | undefined {
    const end = page + pages;
    if (this.topOfSpaceBug && end >= ALL_PAGES) return undefined;
    const mapping = this.#mapped(this.#map.firstEndingAfter(page));
    return mapping === undefined || mapping.page >= end ? undefined : mapping;
  }

  /** The first mapping that ends after a page. vfio_find_dma_first_node() */
  firstFrom(page: number): DmaMapping | undefined {
    return this.#mapped(this.#map.firstEndingAfter(page));
  }

  /** Whether a range begins or ends inside a mapping. */
  bisects(page: number, pages: number): boolean {
    const first = this.at(page);
    if (first !== undefined && first.page !== page) return true;
    const last = this.at(page + pages - 1);
    return last !== undefined && last.end !== page + pages;
  }

  /** rb_next(): the walk meets what searches do not find. */
  next(mapping: DmaMapping): DmaMapping | undefined {
    if (mapping.slot < 0) return this.#stranded[this.#stranded.indexOf(mapping) + 1];
    return this.#mapped(this.#map.firstEndingAfter(mapping.end)) ?? this.#stranded[0];
  }

  /** All of them, in order of IOVA. They may be deleted on the way. */
  *[Symbol.iterator](): Generator<DmaMapping> {
    let page = 0;
    for (;;) {
      const mapping = this.#mapped(this.#map.firstEndingAfter(page));
      if (mapping === undefined) break;
      page = mapping.end;
      yield mapping;
    }
    yield* [...this.#stranded];
  }

  /** The newest goes before older ones at the same address: vfio_link_dma() inserts it empty. */
  #strand(mapping: DmaMapping): void {
    const behind = this.#stranded.findIndex((other) => other.page >= mapping.page);
    this.#stranded.splice(behind < 0 ? this.#stranded.length : behind, 0, mapping);
  }

  #mapped(slot: number): DmaMapping | undefined {
    return slot < 0 ? undefined : this.#slots[slot];
  }
}
