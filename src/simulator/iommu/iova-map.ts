/** Entries of a block. */
const BLOCK = 256;

/** A block that gets emptier than this is joined with a neighbour if both fit into half a block. */
const SPARSE = BLOCK / 4;

class Block {
  count = 0;
  readonly starts = new Float64Array(BLOCK);
  readonly ends = new Float64Array(BLOCK);
  readonly handles = new Int32Array(BLOCK);
}

/**
 * Ranges of page frame numbers that do not overlap, each with a small number (a handle). A Number
 * is exact for every page of a 64-bit address space. Sorted blocks of typed arrays: no objects to
 * chase, and a change moves at most one block.
 */
export class IovaMap {
  #blocks: Block[] = [];
  #size = 0;

  /** Ranges in the map. */
  get size(): number {
    return this.#size;
  }

  /** The handle of the range that a page lies in, or -1. */
  find(page: number): number {
    const block = this.#blocks[this.#blockOf(page)];
    if (block === undefined) return -1;
    const at = lastNotAfter(block, page);
    return at >= 0 && page < (block.ends[at] as number) ? (block.handles[at] as number) : -1;
  }

  /** The handle of the first range that ends after a page, or -1. */
  firstEndingAfter(page: number): number {
    let index = Math.max(0, this.#blockOf(page));
    let block = this.#blocks[index];
    if (block === undefined) return -1;
    let at = lastNotAfter(block, page);
    if (at < 0 || (block.ends[at] as number) <= page) at += 1;
    if (at === block.count) {
      index += 1;
      block = this.#blocks[index];
      at = 0;
    }
    return block === undefined ? -1 : (block.handles[at] as number);
  }

  /** Adds `[start, end)`. It must not overlap what is there. */
  insert(start: number, end: number, handle: number): void {
    let index = Math.max(0, this.#blockOf(start));
    let block = this.#blocks[index];
    if (block === undefined) {
      block = new Block();
      this.#blocks.push(block);
    } else if (block.count === BLOCK) {
      this.#split(index);
      if (start >= ((this.#blocks[index + 1] as Block).starts[0] as number)) index += 1;
      block = this.#blocks[index] as Block;
    }
    const at = lastNotAfter(block, start) + 1;
    const { starts, ends, handles, count } = block;
    starts.copyWithin(at + 1, at, count);
    ends.copyWithin(at + 1, at, count);
    handles.copyWithin(at + 1, at, count);
    starts[at] = start;
    ends[at] = end;
    handles[at] = handle;
    block.count = count + 1;
    this.#size += 1;
  }

  /** Takes the range that starts at a page out: its handle, or -1. */
  remove(start: number): number {
    const index = this.#blockOf(start);
    const block = this.#blocks[index];
    if (block === undefined) return -1;
    const at = lastNotAfter(block, start);
    if (at < 0 || block.starts[at] !== start) return -1;
    const { starts, ends, handles, count } = block;
    const handle = handles[at] as number;
    starts.copyWithin(at, at + 1, count);
    ends.copyWithin(at, at + 1, count);
    handles.copyWithin(at, at + 1, count);
    block.count = count - 1;
    this.#size -= 1;
    if (block.count < SPARSE) this.#join(index);
    return handle;
  }

  clear(): void {
    this.#blocks = [];
    this.#size = 0;
  }

  /** The last block that begins at a page or before it; -1 if there is none. */
  #blockOf(page: number): number {
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (((blocks[middle] as Block).starts[0] as number) <= page) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #split(index: number): void {
    const full = this.#blocks[index] as Block;
    const upper = new Block();
    move(full, BLOCK / 2, upper);
    this.#blocks.splice(index + 1, 0, upper);
  }

  #join(index: number): void {
    const block = this.#blocks[index] as Block;
    if (block.count === 0) {
      this.#blocks.splice(index, 1);
      return;
    }
    const next = this.#blocks[index + 1];
    if (next === undefined || block.count + next.count > BLOCK / 2) return;
    const moved = next.count;
    block.starts.set(next.starts.subarray(0, moved), block.count);
    block.ends.set(next.ends.subarray(0, moved), block.count);
    block.handles.set(next.handles.subarray(0, moved), block.count);
    block.count += moved;
    this.#blocks.splice(index + 1, 1);
  }
}

/** Moves the entries from an index on into an empty block. */
function move(from: Block, at: number, into: Block): void {
  into.starts.set(from.starts.subarray(at, from.count));
  into.ends.set(from.ends.subarray(at, from.count));
  into.handles.set(from.handles.subarray(at, from.count));
  into.count = from.count - at;
  from.count = at;
}

/** The last entry that starts at a page or before it; -1 if there is none. */
function lastNotAfter({ starts, count }: Block, page: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= page) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
