/** Bytes of a logical block. */
export const blockSize = 512;

/** Bytes that are kept together; what was never written takes no room. */
const chunkSize = 64 * 1024;

/** A namespace: blocks, all zero at first. */
export class Namespace {
  readonly #chunks = new Map<number, Uint8Array>();

  constructor(
    /** Bytes. */
    readonly size: number,
  ) {}

  get blocks(): number {
    return Math.floor(this.size / blockSize);
  }

  read(offset: number, target: Uint8Array): void {
    this.#each(offset, target.length, (chunk, from, at, length) => {
      if (chunk === undefined) target.fill(0, at, at + length);
      else target.set(chunk.subarray(from, from + length), at);
    });
  }

  write(offset: number, source: Uint8Array): void {
    this.#each(offset, source.length, (chunk, from, at, length, index) => {
      const there = chunk ?? this.#make(index);
      there.set(source.subarray(at, at + length), from);
    });
  }

  zero(offset: number, length: number): void {
    this.#each(offset, length, (chunk, from, _at, part) => chunk?.fill(0, from, from + part));
  }

  #make(index: number): Uint8Array {
    const made = new Uint8Array(chunkSize);
    this.#chunks.set(index, made);
    return made;
  }

  #each(
    offset: number,
    length: number,
    act: (
      chunk: Uint8Array | undefined,
      from: number,
      at: number,
      length: number,
      index: number,
    ) => void,
  ): void {
    for (let at = 0; at < length; ) {
      const index = Math.floor((offset + at) / chunkSize);
      const from = offset + at - index * chunkSize;
      const part = Math.min(length - at, chunkSize - from);
      act(this.#chunks.get(index), from, at, part, index);
      at += part;
    }
  }
}
