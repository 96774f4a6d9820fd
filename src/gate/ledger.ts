import type { Hold } from "../kernel.js";

interface DmaEntry {
  size: bigint;
  holds: Hold[];
}

/** A container with what it keeps mapped for DMA. */
export class ContainerRecord {
  /** Groups that are attached; the last one that leaves takes all mappings with it. */
  readonly groups = new Set<FileRecord>();
  /** By IOVA. Mappings of one container do not overlap. */
  readonly #entries = new Map<bigint, DmaEntry>();

  /** How many DMA mappings hold memory in place. */
  get held(): number {
    return this.#entries.size;
  }

  map(iova: bigint, size: bigint, hold: Hold): void {
    this.#entries.set(iova, { size, holds: [hold] });
  }

  /** A new address for a mapping that has lost its own: the old memory may still be pinned. */
  remap(iova: bigint, hold: Hold): void {
    this.#entries.get(iova)?.holds.push(hold);
  }

  /**
   * The kernel removed `bytes` bytes of mappings, walking up from `iova`. The count decides, not
   * the range: a type1 v1 container stops early.
   */
  unmap(iova: bigint, bytes: bigint): void {
    if (this.#entries.get(iova)?.size === bytes) this.#forget(iova);
    else this.#forgetFrom(iova, bytes);
  }

  #forgetFrom(iova: bigint, bytes: bigint): void {
    let left = bytes;
    for (const start of [...this.#entries.keys()].sort(ascending)) {
      const size = this.#entries.get(start)?.size ?? 0n;
      if (start < iova || size > left) continue;
      left -= size;
      this.#forget(start);
    }
  }

  detach(group: FileRecord): void {
    this.groups.delete(group);
    if (this.groups.size > 0) return;
    for (const iova of [...this.#entries.keys()]) this.#forget(iova);
  }

  #forget(iova: bigint): void {
    for (const hold of this.#entries.get(iova)?.holds ?? []) hold.release();
    this.#entries.delete(iova);
  }
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : 1;
}

/** What a descriptor is of; the same request number means different things to each. */
export type FileKind = "container" | "group" | "device" | "eventfd" | "migration" | "other";

/** An open file, shared by its descriptors and mappings. */
export class FileRecord {
  /** Descriptors and mappings of this file, and for a group those of its devices too. */
  #users = 0;
  /** The container's record; for a group the one it is attached to. */
  container: ContainerRecord | undefined;

  constructor(
    readonly kind: FileKind,
    readonly group?: FileRecord,
  ) {
    if (kind === "container") this.container = new ContainerRecord();
  }

  hold(): this {
    this.#users += 1;
    this.group?.hold();
    return this;
  }

  drop(): void {
    this.#users -= 1;
    if (this.#users === 0 && this.kind === "group") this.container?.detach(this);
    this.group?.drop();
  }
}
