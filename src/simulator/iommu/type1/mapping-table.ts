import { IovaMap } from "../iova-map.js";
import type { DmaMapping } from "./mapping.js";
import { ALL_PAGES } from "./page-number.js";
import { WrappingTree } from "./wrapping-tree.js";

/**
 * The mappings of a container in order of IOVA. They stand in a map that is quick to search; where
 * the kernel's own search goes wrong (until 6.12, as soon as a mapping ends at 2^64), in a tree of
 * the kernel's shape too, which is searched as the kernel does while there is such a mapping.
 */
export class MappingTable {
  /** Those that do not end at 2^64, or all where searches are right. */
  readonly #map = new IovaMap();
  readonly #slots: (DmaMapping | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  readonly #tree: WrappingTree | undefined;
  /** Mappings that end at 2^64 and mislead searches. */
  #misleading = 0;
  #size = 0;

  constructor(
    /** Searches wrap at the top of the address space. */
    readonly topOfSpaceBug: boolean,
  ) {
    this.#tree = topOfSpaceBug ? new WrappingTree() : undefined;
  }

  get size(): number {
    return this.#size;
  }

  add(mapping: DmaMapping): void {
    this.#size += 1;
    this.#tree?.add(mapping);
    if (this.topOfSpaceBug && mapping.end === ALL_PAGES) {
      this.#misleading += 1;
      return;
    }
    mapping.slot = this.#freeSlots.pop() ?? this.#slots.length;
    this.#slots[mapping.slot] = mapping;
    this.#map.insert(mapping.page, mapping.end, mapping.slot);
  }

  delete(mapping: DmaMapping): void {
    this.#size -= 1;
    this.#tree?.delete(mapping);
    if (mapping.slot < 0) {
      this.#misleading -= 1;
      return;
    }
    this.#map.remove(mapping.page);
    this.#slots[mapping.slot] = undefined;
    this.#freeSlots.push(mapping.slot);
    mapping.slot = -1;
  }

  /** What the hardware's page tables have for a page: searches do not matter there. */
  translate(page: number): DmaMapping | undefined {
    return this.#mapped(this.#map.find(page));
  }

  /** The mapping that a page lies in. vfio_find_dma() */
  at(page: number): DmaMapping | undefined {
    return this.#misled === undefined ? this.translate(page) : this.#misled.at(page);
  }

  /** A mapping that overlaps a range. vfio_find_dma() */
  findOverlap(page: number, pages: number): DmaMapping | undefined {
    if (this.#misled !== undefined) return this.#misled.find(page, pages);
    const end = page + pages;
    if (this.topOfSpaceBug && end >= ALL_PAGES) return undefined;
    const mapping = this.#mapped(this.#map.firstEndingAfter(page));
    return mapping === undefined || mapping.page >= end ? undefined : mapping;
  }

  /** The first mapping that ends after a page. vfio_find_dma_first_node() */
  firstFrom(page: number): DmaMapping | undefined {
    if (this.#misled !== undefined) return this.#misled.firstFrom(page);
    return this.#mapped(this.#map.firstEndingAfter(page));
  }

  /** The next in order. rb_next() */
  next(mapping: DmaMapping): DmaMapping | undefined {
    if (this.#misled !== undefined) return this.#misled.next(mapping);
    return this.#mapped(this.#map.firstEndingAfter(mapping.end));
  }

  /** Whether a range begins or ends inside a mapping. */
  bisects(page: number, pages: number): boolean {
    const first = this.at(page);
    if (first !== undefined && first.page !== page) return true;
    const last = this.at(page + pages - 1);
    return last !== undefined && last.end !== page + pages;
  }

  /** All of them, in order of IOVA. One may be deleted when it has been given. */
  *[Symbol.iterator](): Generator<DmaMapping> {
    const tree = this.#misled;
    let mapping = tree === undefined ? this.firstFrom(0) : tree.first();
    while (mapping !== undefined) {
      const next = tree === undefined ? this.next(mapping) : tree.next(mapping);
      yield mapping;
      mapping = next;
    }
  }

  /** The tree, while it has mappings that mislead searches. */
  get #misled(): WrappingTree | undefined {
    return this.#misleading > 0 ? this.#tree : undefined;
  }

  #mapped(slot: number): DmaMapping | undefined {
    return slot < 0 ? undefined : this.#slots[slot];
  }
}
