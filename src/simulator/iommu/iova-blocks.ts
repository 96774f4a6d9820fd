/** Slots of a block. */
export const SLOTS = 32;

/** From a block's number to its first slot. */
const SHIFT = 5;

/**
 * Slots stand in groups of eight: eight starts (a cache line of the host), then two words for each,
 * its length in pages (0 for a hole) and its handle (the next line). A search loads the lines of a
 * block side by side instead of one after the other.
 */
const GROUP = 8;

/** Where a slot's start is, counted in doubles. Its words begin a group further. */
function place(slot: number): number {
  return slot + (slot & -GROUP);
}

/** From a start's place, doubled, to the words. */
const LENGTH = 2 * GROUP;
const HANDLE = LENGTH + 1;

/** A length that does not fit into 32 bits stands in a table of its own. */
const LONG = 0xffff_ffff;

/**
 * Blocks of sorted ranges of pages. Taking a range out leaves a hole, which the next range nearby
 * takes: unmapping and mapping again moves nothing. Three rules keep searches right: slots are
 * sorted by start, holes included; no hole's start lies inside a range; a block's first slot is no
 * hole. Slots that are not in use compare as beyond every page.
 */
export class IovaBlocks {
  #starts = new Float64Array(2 * SLOTS).fill(Number.POSITIVE_INFINITY);
  /** The same memory as words. */
  #words = new Int32Array(this.#starts.buffer);
  /** Slots in use of a block, holes included, and ranges among them. */
  #used = new Int32Array(1);
  #live = new Int32Array(1);
  readonly #free: number[] = [0];
  readonly #longLengths = new Map<number, number>();

  /** An empty block. */
  allocate(): number {
    if (this.#free.length === 0) this.#grow();
    const block = this.#free.pop()!;
    this.#setUsed(block, 0);
    this.#live[block] = 0;
    return block;
  }

  release(block: number): void {
    this.#free.push(block);
  }

  /** Ranges in a block. */
  ranges(block: number): number {
    return this.#live[block]!;
  }

  first(block: number): number {
    return block << SHIFT;
  }

  /** One more than the last slot in use. */
  end(block: number): number {
    return (block << SHIFT) + this.#used[block]!;
  }

  start(slot: number): number {
    return this.#starts[place(slot)]!;
  }

  handle(slot: number): number {
    return this.#words[2 * place(slot) + HANDLE]!;
  }

  isHole(slot: number): boolean {
    return this.#words[2 * place(slot) + LENGTH] === 0;
  }

  /** Whether a slot's range has a page, which is not before its start. */
  covers(slot: number, page: number): boolean {
    const length = this.#words[2 * place(slot) + LENGTH]! >>> 0;
    const offset = page - this.#starts[place(slot)]!;
    return offset < length || (length === LONG && offset < this.#longLength(slot));
  }

  /** The last slot of a block that begins at a page or before it. The block must have one. */
  find(block: number, page: number): number {
    const starts = this.#starts;
    const base = block << (SHIFT + 1);
    // Without a branch: which way to go cannot be predicted.
    const group =
      +(starts[base + 2 * GROUP]! <= page) +
      +(starts[base + 4 * GROUP]! <= page) +
      +(starts[base + 6 * GROUP]! <= page);
    const at = base + 2 * GROUP * group;
    const pair =
      +(starts[at + 2]! <= page) + +(starts[at + 4]! <= page) + +(starts[at + 6]! <= page);
    const odd = +(starts[at + 2 * pair + 1]! <= page);
    return (block << SHIFT) + GROUP * group + 2 * pair + odd;
  }

  /** Adds a range: its slot, or -1 when the block is full. */
  insert(block: number, start: number, length: number, handle: number): number {
    const slot = this.#room(block, start);
    if (slot < 0) return -1;
    this.#starts[place(slot)] = start;
    if (length >= LONG) this.#longLengths.set(start, length);
    this.#words[2 * place(slot) + LENGTH] = Math.min(length, LONG);
    this.#words[2 * place(slot) + HANDLE] = handle;
    this.#live[block]! += 1;
    this.#moveHoles(block, slot + 1, start + length);
    return slot;
  }

  /** Makes a hole of a range: its handle. */
  remove(block: number, slot: number): number {
    if (this.#words[2 * place(slot) + LENGTH] === -1)
      this.#longLengths.delete(this.#starts[place(slot)]!);
    this.#words[2 * place(slot) + LENGTH] = 0;
    this.#live[block]! -= 1;
    return this.#words[2 * place(slot) + HANDLE]!;
  }

  /** A block's first slot has become a hole: the first range behind it moves up. */
  pullUp(block: number): void {
    const base = block << SHIFT;
    const end = this.end(block);
    let first = base;
    while (first < end && this.isHole(first)) first += 1;
    this.#move(first, base, end - first);
    this.#setUsed(block, end - first);
  }

  /** Moves the upper half of a full block into an empty one. */
  split(from: number, into: number): void {
    const half = SLOTS / 2;
    this.#move(this.first(from) + half, this.first(into), half);
    for (const block of [from, into]) {
      this.#setUsed(block, half);
      this.#live[block] = half;
    }
  }

  /** Moves what is in a block behind what is in the one before it. There must be room. */
  join(block: number, next: number): void {
    this.#compact(block);
    this.#compact(next);
    this.#move(this.first(next), this.end(block), this.#used[next]!);
    this.#setUsed(block, this.#used[block]! + this.#used[next]!);
    this.#live[block] = this.#used[block]!;
  }

  #longLength(slot: number): number {
    return this.#longLengths.get(this.#starts[place(slot)]!)!;
  }

  /** A slot for a range of this start: a hole nearby, else neighbours move; -1 in a full block. */
  #room(block: number, start: number): number {
    const base = block << SHIFT;
    const end = this.end(block);
    const below =
      end === base || start < this.#starts[place(base)]! ? base - 1 : this.find(block, start);
    if (below >= base && this.isHole(below)) return below;
    const slot = below + 1;
    let hole = slot;
    while (hole < end && !this.isHole(hole)) hole += 1;
    if (hole === base + SLOTS) return this.#roomBelow(base, below);
    if (hole === end) this.#used[block]! += 1;
    this.#move(slot, slot + 1, hole - slot);
    return slot;
  }

  #roomBelow(base: number, below: number): number {
    let hole = below;
    while (hole > base && !this.isHole(hole)) hole -= 1;
    if (hole <= base) return -1;
    this.#move(hole + 1, hole, below - hole);
    return below;
  }

  /** Holes behind a new range must not begin inside it. */
  #moveHoles(block: number, from: number, end: number): void {
    const last = this.end(block);
    for (let slot = from; slot < last && this.isHole(slot); slot += 1) {
      if (this.#starts[place(slot)]! < end) this.#starts[place(slot)] = end;
    }
  }

  /** Moves slots, which may overlap. */
  #move(from: number, to: number, count: number): void {
    const starts = this.#starts;
    const words = this.#words;
    const step = from < to ? -1 : 1;
    let at = from < to ? count - 1 : 0;
    for (let left = count; left > 0; left -= 1) {
      const source = place(from + at);
      const target = place(to + at);
      starts[target] = starts[source]!;
      words[2 * target + LENGTH] = words[2 * source + LENGTH]!;
      words[2 * target + HANDLE] = words[2 * source + HANDLE]!;
      at += step;
    }
  }

  #compact(block: number): void {
    const base = block << SHIFT;
    const end = this.end(block);
    let to = base;
    for (let slot = base; slot < end; slot += 1) {
      if (!this.isHole(slot)) this.#move(slot, to++, 1);
    }
    this.#setUsed(block, to - base);
  }

  #setUsed(block: number, used: number): void {
    const base = block << SHIFT;
    for (let slot = base + used; slot < base + SLOTS; slot += 1) {
      this.#starts[place(slot)] = Number.POSITIVE_INFINITY;
    }
    this.#used[block] = used;
  }

  #grow(): void {
    const before = this.#used.length;
    const capacity = before * 2;
    // By words: a copy of doubles may change those that are no numbers.
    const words = enlarged(this.#words, 4 * (capacity << SHIFT));
    this.#words = words;
    this.#starts = new Float64Array(words.buffer);
    this.#used = enlarged(this.#used, capacity);
    this.#live = enlarged(this.#live, capacity);
    for (let block = capacity - 1; block >= before; block -= 1) this.#free.push(block);
  }
}

function enlarged(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const into = new Int32Array(length);
  into.set(from);
  return into;
}
