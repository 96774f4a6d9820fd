import type { Kernel, Mapping } from "../kernel.js";
import { Handle } from "./handle.js";
import type { Region } from "./region.js";
import type { Steps } from "./steps.js";

/** Which part of a region is to be mapped, in bytes. */
export interface RegionMapOptions {
  /** A multiple of the page size; 0 unless told. */
  offset?: number;
  /** To the region's end unless told. */
  length?: number;
  /** `Protection` bits; read and write unless told. */
  protection?: number;
}

/**
 * A part of a region in this process's memory. It has an address, so that other devices can be
 * given it (`vfio.dma.map`), and accesses of exact width. While it is open, device, group and
 * container stay busy.
 */
export class RegionMapping extends Handle {
  readonly label: string;
  readonly kernel: Kernel;
  /** Where in the region it begins, in bytes. */
  readonly offset: number;
  /** The mapping itself: `mapping.memory.read32(offset)`. Offsets from the mapping's start. */
  readonly memory: Mapping;
  readonly #gone: (mapping: RegionMapping) => void;

  /** @internal Programs call `region.map()`. */
  constructor(
    region: Region,
    facts: { offset: number; mapping: Mapping; gone(mapping: RegionMapping): void },
  ) {
    super();
    this.kernel = region.device.kernel;
    this.offset = facts.offset;
    this.memory = facts.mapping;
    this.label = `mapping of ${region.name}`;
    this.#gone = facts.gone;
    this.attachTo(region.device);
  }

  /** Where it is in the process's memory. */
  get address(): bigint {
    return this.memory.address;
  }

  /** Bytes. */
  get length(): number {
    return this.memory.length;
  }

  // biome-ignore lint/correctness/useYield: munmap does not take long
  protected *release(): Steps<void> {
    this.memory.close();
    this.#gone(this);
  }
}
