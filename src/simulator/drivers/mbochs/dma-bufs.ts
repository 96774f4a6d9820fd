import { Errno } from "../../../errno.js";
import { OpenFlags } from "../../../kernel.js";
import type { Client } from "../../core/client.js";
import type { Result } from "../../core/result.js";
import type { SimulatedMachine } from "../../machine.js";
import type { KernelModule } from "../../mdev/module.js";
import type { DisplayMode } from "./dispi.js";
import { DmaBufFile } from "./dma-buf-file.js";
import type { VideoMemory } from "./video-memory.js";

const pageSize = 4096;

/** What is shown in a mode, as a buffer that can be handed out. */
export interface DmaBufRecord {
  readonly id: number;
  readonly mode: DisplayMode;
  /** The pages of video memory as they were when the mode was first seen. */
  readonly bytes: Uint8Array;
  /** It has been handed out. */
  exported: boolean;
}

/** What a set of dma-bufs is made over. */
export interface DmaBufSurroundings {
  readonly machine: SimulatedMachine;
  readonly memory: VideoMemory;
  /** Cannot be unloaded while a dma-buf is open. */
  readonly module: KernelModule | undefined;
}

/** The buffers of an mbochs: one for each mode that was queried since it was opened. */
export class DmaBufs {
  readonly #surroundings: DmaBufSurroundings;
  #records: DmaBufRecord[] = [];
  /** Never used twice, not even after a close. */
  #nextId = 1;

  constructor(surroundings: DmaBufSurroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * samples/vfio-mdev/mbochs.c: mbochs_query_gfx_plane(). The record of a mode. The driver makes
   * one for a mode that it sees first, but forgets that it has, and answers ENOMEM that time.
   */
  recordOf(mode: DisplayMode): DmaBufRecord | Result {
    const known = this.#records.find((record) => equal(record.mode, mode));
    if (known !== undefined) return known;
    const made = this.#add(mode);
    return this.#surroundings.machine.quirks.has("mbochs-first-plane") ? -Errno.ENOMEM : made;
  }

  /** samples/vfio-mdev/mbochs.c: mbochs_get_gfx_dmabuf(). A descriptor; it may only be read. */
  open(client: Client, id: number): Result {
    const record = this.#records.find((candidate) => candidate.id === id);
    if (record === undefined) return -Errno.ENOENT;
    const { machine, module } = this.#surroundings;
    if (record.exported) machine.hazards.meet("mbochs-dmabuf-twice", `dma-buf ${id}`);
    if (record.mode.offset % pageSize !== 0) return -Errno.EINVAL;
    const file = new DmaBufFile(record.bytes, () => module?.drop());
    const fd = client.install(file, OpenFlags.readOnly);
    if (fd < 0) return fd;
    record.exported = true;
    module?.hold();
    return fd;
  }

  /** The device is closed. What was handed out lives on. */
  clear(): void {
    this.#records = [];
  }

  /** samples/vfio-mdev/mbochs.c: mbochs_dmabuf_alloc() */
  #add(mode: DisplayMode): DmaBufRecord {
    const { memory } = this.#surroundings;
    const bytes = memory.bytes.subarray(mode.offset, mode.offset + mode.size);
    const record = { id: this.#nextId++, mode, bytes, exported: false };
    this.#records.push(record);
    return record;
  }
}

function equal(one: DisplayMode, other: DisplayMode): boolean {
  const sameSize = one.width === other.width && one.height === other.height;
  return sameSize && one.stride === other.stride && one.offset === other.offset;
}
