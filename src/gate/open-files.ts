import type { Fd, Mapping } from "../kernel.js";
import { type ContainerRecord, type FileKind, FileRecord } from "./ledger.js";

/** Which descriptors this process has through its kernel, and what each is of. */
export class OpenFiles {
  readonly #files = new Map<Fd, FileRecord>();
  readonly #containers = new Set<ContainerRecord>();

  get(fd: Fd): FileRecord | undefined {
    return this.#files.get(fd);
  }

  /** DMA mappings that hold memory, over all containers that were ever opened here. */
  get heldMappings(): number {
    let held = 0;
    for (const container of this.#containers) held += container.held;
    return held;
  }

  opened(fd: Fd, path: string): void {
    this.created(fd, kindOfPath(path));
  }

  /** A descriptor that a call returned; devices belong to the group that they came from. */
  created(fd: Fd, kind: FileKind, group?: FileRecord): void {
    const record = new FileRecord(kind, group).hold();
    if (record.container !== undefined) this.#containers.add(record.container);
    this.#files.set(fd, record);
  }

  duplicated(fd: Fd, copy: Fd): void {
    const record = this.#files.get(fd);
    if (record !== undefined) this.#files.set(copy, record.hold());
  }

  /** A descriptor is no more; its file may still be, until `closed`. */
  take(fd: Fd): FileRecord | undefined {
    const record = this.#files.get(fd);
    this.#files.delete(fd);
    return record;
  }

  closed(record: FileRecord | undefined): void {
    if (record === undefined) return;
    record.drop();
    const { kind } = record;
    if (kind === "container" || kind === "group" || kind === "device") this.#forgetContainers();
  }

  /** A mapping keeps its file, and with it group and container, until it is closed. */
  mapped(fd: Fd, mapping: Mapping): Mapping {
    const record = this.#files.get(fd);
    if (record === undefined) return mapping;
    record.hold();
    const close = mapping.close.bind(mapping);
    mapping.close = () => {
      if (mapping.closed) return;
      close();
      record.drop();
    };
    return mapping;
  }

  clear(): void {
    this.#files.clear();
    this.#containers.clear();
  }

  /** Those that nobody can reach any more. */
  #forgetContainers(): void {
    const open = new Set([...this.#files.values()].map((record) => record.container));
    for (const container of this.#containers) {
      if (container.groups.size === 0 && !open.has(container)) this.#containers.delete(container);
    }
  }
}

function kindOfPath(path: string): FileKind {
  if (path === "/dev/vfio/vfio") return "container";
  return /^\/dev\/vfio\/(noiommu-)?\d+$/.test(path) ? "group" : "other";
}
