import type { Hold } from "../kernel.js";

interface DmaEntry {
  iova: bigint;
  size: bigint;
  holds: Hold[];
}

/** A container with what it keeps mapped for DMA. */
export class ContainerRecord {
  /** Groups that are attached; the last one that leaves takes all mappings with it. */
  readonly groups = new Set<FileRecord>();
  #entries: DmaEntry[] = [];

  /** How many DMA mappings hold memory in place. */
  get held(): number {
    return this.#entries.length;
  }

  map(iova: bigint, size: bigint, hold: Hold): void {
    this.#entries.push({ iova, size, holds: [hold] });
    this.#entries.sort((a, b) => (a.iova < b.iova ? -1 : 1));
  }

  /** A new address for a mapping that has lost its own: the old memory may still be pinned. */
  remap(iova: bigint, hold: Hold): void {
    this.#entries.find((entry) => entry.iova === iova)?.holds.push(hold);
  }

  /**
   * The kernel removed `bytes` bytes of mappings, walking up from `iova`. The count decides, not
   * the range: a type1 v1 container stops early.
   */
  unmap(iova: bigint, bytes: bigint): void {
    let left = bytes;
    this.#entries = this.#entries.filter((entry) => {
      if (entry.iova < iova || entry.size > left) return true;
      left -= entry.size;
      release(entry);
      return false;
    });
  }

  detach(group: FileRecord): void {
    this.groups.delete(group);
    if (this.groups.size > 0) return;
    this.#entries.forEach(release);
    this.#entries = [];
  }
}

function release({ holds }: DmaEntry): void {
  for (const hold of holds) hold.release();
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
