import type { DmaMapping } from "./mapping.js";
import { ALL_PAGES } from "./page-number.js";
import { RedBlackTree } from "./red-black-tree.js";

/**
 * The kernel's tree of mappings until 6.12, searched as it is there: ends are computed in 64 bits,
 * so the end of what reaches to 2^64 is 0. Such a mapping sends searches to the wrong side, and
 * what they still find depends on where it stands in the tree.
 */
export class WrappingTree {
  readonly #tree = new RedBlackTree<DmaMapping>();

  // vfio_link_dma(): a mapping is linked while it is still empty
  add(mapping: DmaMapping): void {
    let parent: DmaMapping | undefined;
    let side: "left" | "right" = "left";
    for (let at = this.#tree.root; at !== undefined; at = at[side]) {
      parent = at;
      side = mapping.page <= at.page ? "left" : "right";
    }
    this.#tree.link(mapping, parent, side);
  }

  delete(mapping: DmaMapping): void {
    this.#tree.unlink(mapping);
  }

  first(): DmaMapping | undefined {
    return this.#tree.first();
  }

  next(mapping: DmaMapping): DmaMapping | undefined {
    return this.#tree.next(mapping);
  }

  // vfio_find_dma()
  find(page: number, pages: number): DmaMapping | undefined {
    const end = wrapped(page + pages);
    let at = this.#tree.root;
    while (at !== undefined) {
      if (end <= at.page) at = at.left;
      else if (page >= wrapped(at.end)) at = at.right;
      else return at;
    }
    return undefined;
  }

  /** vfio_find_dma() for one byte: its end is no page's, so it never wraps. */
  at(page: number): DmaMapping | undefined {
    let at = this.#tree.root;
    while (at !== undefined) {
      if (page < at.page) at = at.left;
      else if (page >= wrapped(at.end)) at = at.right;
      else return at;
    }
    return undefined;
  }

  // vfio_find_dma_first_node()
  firstFrom(page: number): DmaMapping | undefined {
    let found: DmaMapping | undefined;
    let at = this.#tree.root;
    while (at !== undefined) {
      if (page >= wrapped(at.end)) {
        at = at.right;
        continue;
      }
      found = at;
      if (page >= at.page) break;
      at = at.left;
    }
    return found;
  }
}

function wrapped(page: number): number {
  return page === ALL_PAGES ? 0 : page;
}
