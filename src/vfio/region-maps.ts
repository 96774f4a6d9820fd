import { isVfioError } from "../errors.js";
import { type Mapping, Protection } from "../kernel.js";
import type { Device } from "./device.js";
import { mappableAreas } from "./region-areas.js";
import type { RegionArea, RegionInfo } from "./region-info.js";

/** A part that is mapped at its first use; where that fails the file does as well. */
interface MappedArea extends RegionArea {
  mapping: Mapping | undefined;
  failed: boolean;
}

/** Mapped memory and where an access to the region is in it. */
export interface Place {
  mapping: Mapping;
  /** Bytes from the mapping's start. */
  offset: number;
}

/** A part of a range that one mapping serves, or the file. Bytes from the range's start. */
export interface Piece {
  place: Place | undefined;
  start: number;
  end: number;
}

/** The parts of a region that can be mapped, each mapped when it is first touched. */
export class RegionMaps {
  readonly #device: Device;
  readonly #info: RegionInfo;
  #areas: MappedArea[] | undefined;

  constructor(device: Device, info: RegionInfo) {
    this.#device = device;
    this.#info = info;
  }

  /** Sorted by offset. */
  get areas(): readonly MappedArea[] {
    this.#areas ??= this.#find();
    return this.#areas;
  }

  /** Those that are mapped at this moment. */
  get mapped(): readonly RegionArea[] {
    return (this.#areas ?? []).filter(({ mapping }) => mapping !== undefined);
  }

  /** The mapping that has all bytes of an access; undefined where the file is to be used. */
  at(offset: number, width: number): Place | undefined {
    const area = this.#areaAt(offset);
    if (area === undefined || offset + width > area.offset + area.size) return undefined;
    const mapping = this.#map(area);
    return mapping === undefined ? undefined : { mapping, offset: offset - area.offset };
  }

  /** A range cut where areas begin and end. */
  *pieces(offset: number, length: number): Generator<Piece> {
    let start = 0;
    while (start < length) {
      const at = offset + start;
      const area = this.#areaAt(at);
      const edge = area === undefined ? this.#nextArea(at) : area.offset + area.size;
      const end = Math.min(length, edge - offset);
      yield { place: this.at(at, 1), start, end };
      start = end;
    }
  }

  /** Forgets all mappings and unmaps them. */
  close(): void {
    for (const area of this.#areas ?? []) area.mapping?.close();
    this.#areas = undefined;
  }

  #areaAt(offset: number): MappedArea | undefined {
    for (const area of this.areas) {
      if (area.offset <= offset && offset < area.offset + area.size) return area;
    }
    return undefined;
  }

  #nextArea(offset: number): number {
    return this.areas.find((area) => area.offset > offset)?.offset ?? Number.POSITIVE_INFINITY;
  }

  #find(): MappedArea[] {
    const { kernel, config } = this.#info.msixMappable
      ? this.#device
      : { kernel: this.#device.kernel, config: undefined };
    const areas = mappableAreas(kernel, this.#info, config?.msixTableIn(this.#info.index));
    return areas.map((area) => ({ ...area, mapping: undefined, failed: false }));
  }

  #map(area: MappedArea): Mapping | undefined {
    if (area.mapping !== undefined || area.failed) return area.mapping;
    const { kernel, fd } = this.#device;
    try {
      area.mapping = kernel.mmap(fd, {
        offset: this.#info.fileOffset + area.offset,
        length: area.size,
        protection: Protection.readWrite,
      });
    } catch (error) {
      if (!isVfioError(error)) throw error;
      area.failed = true;
    }
    return area.mapping;
  }
}
