/**
 * Slots of a block. A block lies together in memory: the starts of its slots, then two words for
 * each, the length in pages (0 for a hole) and the handle. A search touches three or four of the
 * host's cache lines in it, and one page.
 */
const SLOTS = 32;

/** From a block's number to its first slot: its size in doubles is two for each slot. */
const STRIDE = 6;

/** From a slot to its words: twice its index, then so many. */
const LENGTH = 2 * SLOTS;
const HANDLE = LENGTH + 1;

/** A block with fewer ranges is joined with the next one, if that is not full either. */
const SPARSE = SLOTS / 8;

/** A length that does not fit into 32 bits stands in a table of its own. */
const LONG = 0xffff_ffff;

/**
 * Ranges of page frame numbers that do not overlap, each with a small number (a handle). A Number
 * is exact for every page of a 64-bit address space.
 *
 * Ranges stand sorted in blocks of typed arrays; a sorted array of the blocks' first pages finds
 * the block. Removing a range leaves a hole, which the next range nearby takes: unmapping and
 * mapping again moves nothing. Three rules keep searches right: slots are sorted by start, holes
 * included; no hole's start lies inside a range; a block's first slot is no hole.
 */
export class IovaMap {
  /** Starts of the slots; Infinity in those that are not in use. */
  #starts = new Float64Array(2 * SLOTS).fill(Infinity);
  /** The same memory as words. */
  #words = new Int32Array(this.#starts.buffer);
  /** Used slots of a block, holes included, and ranges among them. */
  #used = new Int32Array(1);
  #live = new Int32Array(1);
  /** First pages of the blocks, in order, and which block it is. */
  #firsts = new Float64Array(1);
  #order = new Int32Array(1);
  #blocks = 0;
  #capacity = 1;
  readonly #freeBlocks: number[] = [0];
  readonly #longLengths = new Map<number, number>();
  #size = 0;

  /** Ranges in the map. */
  get size(): number {
    return this.#size;
  }

  /** The handle of the range that a page lies in, or -1. */
  find(page: number): number {
    const position = this.#position(page);
    if (position < 0) return -1;
    const slot = this.#slot(this.#order[position]!, page);
    const length = this.#words[2 * slot + LENGTH]! >>> 0;
    const offset = page - this.#starts[slot]!;
    if (offset < length || (length === LONG && offset < this.#length(slot))) {
      return this.#words[2 * slot + HANDLE]!;
    }
    return -1;
  }

  /** The handle of the first range that ends after a page, or -1. */
  firstEndingAfter(page: number): number {
    if (this.#size === 0) return -1;
    const position = this.#position(page);
    if (position < 0) return this.#words[2 * this.#firstSlot(0) + HANDLE]!;
    const block = this.#order[position]!;
    let slot = this.#slot(block, page);
    if (page - this.#starts[slot]! < this.#length(slot)) return this.#words[2 * slot + HANDLE]!;
    const end = (block << STRIDE) + this.#used[block]!;
    do slot += 1;
    while (slot < end && this.#words[2 * slot + LENGTH] === 0);
    if (slot < end) return this.#words[2 * slot + HANDLE]!;
    if (position + 1 === this.#blocks) return -1;
    return this.#words[2 * this.#firstSlot(position + 1) + HANDLE]!;
  }

  /** Adds `[start, end)`. It must not overlap what is there. */
  insert(start: number, end: number, handle: number): void {
    this.#size += 1;
    if (this.#blocks === 0) this.#addBlock(0, start);
    let position = this.#position(start);
    if (position < 0) position = 0;
    let block = this.#order[position]!;
    let slot = this.#room(block, start);
    if (slot < 0) {
      this.#split(position);
      if (position + 1 < this.#blocks && start >= this.#firsts[position + 1]!) position += 1;
      block = this.#order[position]!;
      slot = this.#room(block, start);
    }
    this.#starts[slot] = start;
    this.#setLength(slot, end - start);
    this.#words[2 * slot + HANDLE] = handle;
    this.#live[block]! += 1;
    if (slot === block << STRIDE) this.#firsts[position] = start;
    this.#moveHoles(block, slot + 1, end);
  }

  /** Takes the range that starts at a page out: its handle, or -1. */
  remove(start: number): number {
    const position = this.#position(start);
    if (position < 0) return -1;
    const block = this.#order[position]!;
    const slot = this.#slot(block, start);
    if (this.#starts[slot] !== start || this.#words[2 * slot + LENGTH] === 0) return -1;
    const handle = this.#words[2 * slot + HANDLE]!;
    if (this.#words[2 * slot + LENGTH] === -1) this.#longLengths.delete(start);
    this.#words[2 * slot + LENGTH] = 0;
    this.#live[block]! -= 1;
    this.#size -= 1;
    if (slot === block << STRIDE) this.#dropFirst(position);
    else if (this.#live[block]! < SPARSE) this.#join(position);
    return handle;
  }

  clear(): void {
    this.#blocks = 0;
    this.#size = 0;
    this.#longLengths.clear();
    this.#freeBlocks.length = 0;
    for (let block = this.#capacity - 1; block >= 0; block -= 1) this.#freeBlocks.push(block);
  }

  /** The last block that begins at a page or before it; -1 if there is none. */
  #position(page: number): number {
    const firsts = this.#firsts;
    let count = this.#blocks;
    if (count === 0 || page < firsts[0]!) return -1;
    let at = 0;
    // Without a branch: which half is wanted cannot be predicted.
    while (count > 1) {
      const half = count >>> 1;
      at += half & -+(firsts[at + half]! <= page);
      count -= half;
    }
    return at;
  }

  /** The last slot of a block that begins at a page or before it. The block must have one. */
  #slot(block: number, page: number): number {
    const starts = this.#starts;
    let at = block << STRIDE;
    at += 16 & -+(starts[at + 16]! <= page);
    at += 8 & -+(starts[at + 8]! <= page);
    at += 4 & -+(starts[at + 4]! <= page);
    at += 2 & -+(starts[at + 2]! <= page);
    return at + +(starts[at + 1]! <= page);
  }

  #firstSlot(position: number): number {
    return this.#order[position]! << STRIDE;
  }

  #length(slot: number): number {
    const length = this.#words[2 * slot + LENGTH]! >>> 0;
    return length === LONG ? this.#longLengths.get(this.#starts[slot]!)! : length;
  }

  #setLength(slot: number, length: number): void {
    if (length >= LONG) this.#longLengths.set(this.#starts[slot]!, length);
    this.#words[2 * slot + LENGTH] = Math.min(length, LONG);
  }

  /** A slot for a range of this start: a hole nearby, else neighbours move; -1 in a full block. */
  #room(block: number, start: number): number {
    const base = block << STRIDE;
    const end = base + this.#used[block]!;
    const below = end === base || start < this.#starts[base]! ? base - 1 : this.#slot(block, start);
    if (below >= base && this.#words[2 * below + LENGTH] === 0) return below;
    const slot = below + 1;
    let hole = slot;
    while (hole < end && this.#words[2 * hole + LENGTH] !== 0) hole += 1;
    if (hole === base + SLOTS) return this.#roomBelow(base, below);
    if (hole === end) this.#used[block]! += 1;
    this.#move(slot, slot + 1, hole - slot);
    return slot;
  }

  #roomBelow(base: number, below: number): number {
    let hole = below;
    while (hole > base && this.#words[2 * hole + LENGTH] !== 0) hole -= 1;
    if (hole <= base) return -1;
    this.#move(hole + 1, hole, below - hole);
    return below;
  }

  /** Moves slots, which may overlap. */
  #move(from: number, to: number, count: number): void {
    const starts = this.#starts;
    const words = this.#words;
    const step = from < to ? -1 : 1;
    let at = from < to ? count - 1 : 0;
    for (let left = count; left > 0; left -= 1) {
      starts[to + at] = starts[from + at]!;
      words[2 * (to + at) + LENGTH] = words[2 * (from + at) + LENGTH]!;
      words[2 * (to + at) + HANDLE] = words[2 * (from + at) + HANDLE]!;
      at += step;
    }
  }

  /** Holes behind a new range must not begin inside it. */
  #moveHoles(block: number, from: number, end: number): void {
    const last = (block << STRIDE) + this.#used[block]!;
    for (let slot = from; slot < last && this.#words[2 * slot + LENGTH] === 0; slot += 1) {
      if (this.#starts[slot]! < end) this.#starts[slot] = end;
    }
  }

  /** A block's first slot has become a hole: the first range behind it moves up. */
  #dropFirst(position: number): void {
    const block = this.#order[position]!;
    const base = block << STRIDE;
    const end = base + this.#used[block]!;
    let first = base;
    while (first < end && this.#words[2 * first + LENGTH] === 0) first += 1;
    if (first === end) {
      this.#dropBlock(position);
      return;
    }
    this.#move(first, base, end - first);
    this.#setUsed(block, end - first);
    this.#firsts[position] = this.#starts[base]!;
  }

  #split(position: number): void {
    const from = this.#order[position]!;
    const half = SLOTS / 2;
    const into = this.#addBlock(position + 1, this.#starts[(from << STRIDE) + half]!);
    this.#move((from << STRIDE) + half, into << STRIDE, half);
    for (const block of [from, into]) {
      this.#setUsed(block, half);
      this.#live[block] = half;
    }
  }

  /** Joins a sparse block with the next one, if both fill no more than half a block. */
  #join(position: number): void {
    if (position + 1 >= this.#blocks) return;
    const block = this.#order[position]!;
    const next = this.#order[position + 1]!;
    if (this.#live[block]! + this.#live[next]! > SLOTS / 2) return;
    this.#compact(block);
    this.#compact(next);
    this.#move(next << STRIDE, (block << STRIDE) + this.#used[block]!, this.#used[next]!);
    this.#setUsed(block, this.#used[block]! + this.#used[next]!);
    this.#live[block] = this.#used[block]!;
    this.#dropBlock(position + 1);
  }

  #compact(block: number): void {
    const base = block << STRIDE;
    let to = base;
    for (let slot = base; slot < base + this.#used[block]!; slot += 1) {
      if (this.#words[2 * slot + LENGTH] !== 0) this.#move(slot, to++, 1);
    }
    this.#setUsed(block, to - base);
  }

  /** Slots that are not in use compare as beyond every page. */
  #setUsed(block: number, used: number): void {
    const base = block << STRIDE;
    this.#starts.fill(Infinity, base + used, base + SLOTS);
    this.#used[block] = used;
  }

  #addBlock(position: number, first: number): number {
    if (this.#freeBlocks.length === 0) this.#grow();
    const block = this.#freeBlocks.pop()!;
    this.#order.copyWithin(position + 1, position, this.#blocks);
    this.#firsts.copyWithin(position + 1, position, this.#blocks);
    this.#order[position] = block;
    this.#firsts[position] = first;
    this.#setUsed(block, 0);
    this.#live[block] = 0;
    this.#blocks += 1;
    return block;
  }

  #dropBlock(position: number): void {
    this.#freeBlocks.push(this.#order[position]!);
    this.#order.copyWithin(position, position + 1, this.#blocks);
    this.#firsts.copyWithin(position, position + 1, this.#blocks);
    this.#blocks -= 1;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    // By words: a copy of doubles may change those that are no numbers.
    const words = copied(this.#words, new Int32Array(2 * (capacity << STRIDE)));
    this.#words = words;
    this.#starts = new Float64Array(words.buffer);
    this.#used = copied(this.#used, new Int32Array(capacity));
    this.#live = copied(this.#live, new Int32Array(capacity));
    this.#firsts = copied(this.#firsts, new Float64Array(capacity));
    this.#order = copied(this.#order, new Int32Array(capacity));
    for (let block = capacity - 1; block >= this.#capacity; block -= 1) {
      this.#freeBlocks.push(block);
    }
    this.#capacity = capacity;
  }
}

function copied<Numbers extends Float64Array | Int32Array>(from: Numbers, into: Numbers): Numbers {
  into.set(from);
  return into;
}
