import { IovaBlocks, SLOTS } from "./iova-blocks.js";

/** A block with fewer ranges is joined with the next one, if that is not full either. */
const SPARSE = SLOTS / 8;

/**
 * Ranges of page frame numbers that do not overlap, each with a small number (a handle). A Number
 * is exact for every page of a 64-bit address space.
 *
 * Ranges stand sorted in blocks; a sorted array of the blocks' first pages finds the block.
 */
export class IovaMap {
  #blocks = new IovaBlocks();
  /** First pages of the blocks, in order, and which block it is. */
  #firsts = new Float64Array(1);
  #order = new Int32Array(1);
  #count = 0;
  #size = 0;

  /** Ranges in the map. */
  get size(): number {
    return this.#size;
  }

  /** The handle of the range that a page lies in, or -1. */
  find(page: number): number {
    const position = this.#position(page);
    if (position < 0) return -1;
    const blocks = this.#blocks;
    const slot = blocks.find(this.#order[position]!, page);
    return blocks.covers(slot, page) ? blocks.handle(slot) : -1;
  }

  /** The handle of the first range that ends after a page, or -1. */
  firstEndingAfter(page: number): number {
    const position = this.#position(page);
    if (position < 0) return this.#firstHandle(0);
    const blocks = this.#blocks;
    const block = this.#order[position]!;
    let slot = blocks.find(block, page);
    if (blocks.covers(slot, page)) return blocks.handle(slot);
    const end = blocks.end(block);
    do slot += 1;
    while (slot < end && blocks.isHole(slot));
    return slot < end ? blocks.handle(slot) : this.#firstHandle(position + 1);
  }

  /** Adds `[start, end)`. It must not overlap what is there. */
  insert(start: number, end: number, handle: number): void {
    this.#size += 1;
    if (this.#count === 0) this.#addBlock(0, start);
    const position = Math.max(0, this.#position(start));
    if (this.#insertAt(position, start, end, handle)) return;
    this.#split(position);
    const upper = start >= this.#firsts[position + 1]!;
    this.#insertAt(upper ? position + 1 : position, start, end, handle);
  }

  /** Takes the range that starts at a page out: its handle, or -1. */
  remove(start: number): number {
    const position = this.#position(start);
    if (position < 0) return -1;
    const blocks = this.#blocks;
    const block = this.#order[position]!;
    const slot = blocks.find(block, start);
    if (blocks.start(slot) !== start || blocks.isHole(slot)) return -1;
    const handle = blocks.remove(block, slot);
    this.#size -= 1;
    const left = blocks.ranges(block);
    if (left === 0) this.#dropBlock(position);
    else if (slot === blocks.first(block)) this.#pullUp(position, block);
    else if (left < SPARSE) this.#join(position);
    return handle;
  }

  clear(): void {
    this.#blocks = new IovaBlocks();
    this.#count = 0;
    this.#size = 0;
  }

  /** The last block that begins at a page or before it; -1 if there is none. */
  #position(page: number): number {
    const firsts = this.#firsts;
    let count = this.#count;
    if (count === 0 || page < firsts[0]!) return -1;
    let at = 0;
    // Without a branch, which could not be predicted, and four ways at a time.
    while (count > 3) {
      const quarter = count >>> 2;
      const ways =
        +(firsts[at + quarter]! <= page) +
        +(firsts[at + 2 * quarter]! <= page) +
        +(firsts[at + 3 * quarter]! <= page);
      at += ways * quarter;
      count -= 3 * quarter;
    }
    while (count > 1) {
      count -= 1;
      at += +(firsts[at + 1]! <= page);
    }
    return at;
  }

  #firstHandle(position: number): number {
    if (position >= this.#count) return -1;
    return this.#blocks.handle(this.#blocks.first(this.#order[position]!));
  }

  #insertAt(position: number, start: number, end: number, handle: number): boolean {
    const block = this.#order[position]!;
    const slot = this.#blocks.insert(block, start, end - start, handle);
    if (slot === this.#blocks.first(block)) this.#firsts[position] = start;
    return slot >= 0;
  }

  #pullUp(position: number, block: number): void {
    this.#blocks.pullUp(block);
    this.#firsts[position] = this.#blocks.start(this.#blocks.first(block));
  }

  #split(position: number): void {
    const from = this.#order[position]!;
    const into = this.#addBlock(position + 1, 0);
    this.#blocks.split(from, into);
    this.#firsts[position + 1] = this.#blocks.start(this.#blocks.first(into));
  }

  /** Joins a sparse block with the next one, if both fill no more than half a block. */
  #join(position: number): void {
    if (position + 1 >= this.#count) return;
    const block = this.#order[position]!;
    const next = this.#order[position + 1]!;
    if (this.#blocks.ranges(block) + this.#blocks.ranges(next) > SLOTS / 2) return;
    this.#blocks.join(block, next);
    this.#dropBlock(position + 1);
  }

  #addBlock(position: number, first: number): number {
    if (this.#count === this.#order.length) this.#grow();
    const block = this.#blocks.allocate();
    this.#order.copyWithin(position + 1, position, this.#count);
    this.#firsts.copyWithin(position + 1, position, this.#count);
    this.#order[position] = block;
    this.#firsts[position] = first;
    this.#count += 1;
    return block;
  }

  #dropBlock(position: number): void {
    this.#blocks.release(this.#order[position]!);
    this.#order.copyWithin(position, position + 1, this.#count);
    this.#firsts.copyWithin(position, position + 1, this.#count);
    this.#count -= 1;
  }

  #grow(): void {
    const order = new Int32Array(this.#count * 2);
    const firsts = new Float64Array(this.#count * 2);
    order.set(this.#order);
    firsts.set(this.#firsts);
    this.#order = order;
    this.#firsts = firsts;
  }
}
