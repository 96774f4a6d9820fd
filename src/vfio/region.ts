import type { Mapping } from "../kernel.js";
import type { RegisterMap } from "../registers/index.js";
import type { Device } from "./device.js";
import { Ioeventfd, type IoeventfdOptions } from "./ioeventfd.js";
import { hex, integer, wrongType } from "./numbers.js";
import { RegionFile } from "./region-file.js";
import type { RegionArea, RegionInfo } from "./region-info.js";
import { type RegionMapOptions, RegionMapping } from "./region-mapping.js";
import { RegionMaps } from "./region-maps.js";
import { regionName } from "./region-names.js";
import { liveRegisters, type Registers } from "./registers.js";

/** Where `offset >>> 0` begins anew. */
const WRAP = 2 ** 32;

/**
 * A region of a device: a BAR, the ROM, configuration space. Each `readN` and `writeN` is one
 * access of exactly that width, through a mapping where the region has one and through the file
 * where not. Offsets are in bytes from the region's start and multiples of the width.
 *
 * All accesses throw TypeError or RangeError for a bad offset or value, `ClosedError` once the
 * device is closed, and VfioError EIO while the device does not answer (memory decoding off, low
 * power, reset). vfio_pci_rdwr.c: vfio_pci_bar_rw()
 */
export class Region {
  readonly device: Device;
  /** VFIO_DEVICE_GET_REGION_INFO. */
  readonly info: RegionInfo;
  /** `BAR0`, `CONFIG`, `region 9`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly #file: RegionFile;
  readonly #maps: RegionMaps;
  /**
   * Serves offsets below `#direct`, so that most accesses are one comparison away. It checks what
   * is no offset itself: `offset >>> 0` is only a quick way to let neither negative ones nor those
   * beyond 4 GiB through while there is none, or while it is a part of the region.
   */
  #mapping: Mapping | undefined;
  #direct = 0;
  /** The file serves offsets below it, without a look at what may be mapped. */
  #unmapped: number;
  /** Where the access that `#at` has checked is in what `#at` has found. */
  #offset = 0;
  readonly #mappings = new Set<RegionMapping>();

  /** @internal Programs call `device.region()`. */
  constructor(device: Device, info: RegionInfo) {
    this.device = device;
    this.info = info;
    this.name = regionName(device.api, info.index);
    this.size = info.size;
    this.#file = new RegionFile(device.kernel, device.fd, info.fileOffset);
    this.#maps = new RegionMaps(device, info);
    this.#unmapped = info.mappable ? 0 : info.size;
  }

  /** One byte, one access. */
  read8(offset: number): number {
    return offset >>> 0 < this.#direct
      ? (this.#mapping as Mapping).read8(offset)
      : this.#at(offset, 1).read8(this.#offset);
  }

  /** Two bytes, one access. */
  read16(offset: number): number {
    return offset >>> 0 < this.#direct
      ? (this.#mapping as Mapping).read16(offset)
      : this.#at(offset, 2).read16(this.#offset);
  }

  /** Four bytes, one access. */
  read32(offset: number): number {
    return offset >>> 0 < this.#direct
      ? (this.#mapping as Mapping).read32(offset)
      : this.#at(offset, 4).read32(this.#offset);
  }

  /** 8 bytes. Linux 6.1 makes two accesses of 4 bytes of it where the region is not mapped. */
  read64(offset: number): bigint {
    return offset >>> 0 < this.#direct
      ? (this.#mapping as Mapping).read64(offset)
      : this.#at(offset, 8).read64(this.#offset);
  }

  /** One byte, one access. */
  write8(offset: number, value: number): void {
    if (offset >>> 0 < this.#direct) (this.#mapping as Mapping).write8(offset, value);
    else this.#at(offset, 1).write8(this.#offset, integer(value, "value", { max: 0xff }));
  }

  /** Two bytes, one access. */
  write16(offset: number, value: number): void {
    if (offset >>> 0 < this.#direct) (this.#mapping as Mapping).write16(offset, value);
    else this.#at(offset, 2).write16(this.#offset, integer(value, "value", { max: 0xffff }));
  }

  /** Four bytes, one access. */
  write32(offset: number, value: number): void {
    if (offset >>> 0 < this.#direct) (this.#mapping as Mapping).write32(offset, value);
    else this.#at(offset, 4).write32(this.#offset, integer(value, "value", { max: 0xffff_ffff }));
  }

  /** Eight bytes, one access. */
  write64(offset: number, value: bigint): void {
    if (offset >>> 0 < this.#direct) (this.#mapping as Mapping).write64(offset, value);
    else this.#at(offset, 8).write64(this.#offset, bigint64(value));
  }

  /**
   * Copies out of the region, from any offset. Device memory is read in accesses of at most 8
   * bytes.
   *
   * @returns the target, or a new array of so many bytes
   */
  read(offset: number, target: Uint8Array | number): Uint8Array {
    const bytes =
      typeof target === "number" ? this.#newBytes(target) : uint8Array(target, "target");
    this.#checkRange(offset, bytes.length);
    for (const { place, start, end } of this.#maps.pieces(offset, bytes.length)) {
      const part = bytes.subarray(start, end);
      if (place === undefined) this.#file.readBytes(offset + start, part);
      else place.mapping.readBytes(place.offset, part);
    }
    return bytes;
  }

  /** Copies into the region, to any offset. */
  write(offset: number, source: Uint8Array): void {
    const bytes = uint8Array(source, "source");
    this.#checkRange(offset, bytes.length);
    for (const { place, start, end } of this.#maps.pieces(offset, bytes.length)) {
      const part = bytes.subarray(start, end);
      if (place === undefined) this.#file.writeBytes(offset + start, part);
      else place.mapping.writeBytes(place.offset, part);
    }
  }

  /** Live registers by a map's names: `region.registers(map).status.read()`. */
  registers<M extends RegisterMap>(map: M): Registers<M> {
    return liveRegisters(this, map);
  }

  /** Where it can be mapped, sorted; the pages of the MSI-X table are left out. */
  get mappableAreas(): readonly RegionArea[] {
    return this.#maps.areas.map(({ offset, size }) => ({ offset, size }));
  }

  /**
   * Maps a part of the region of its own, for a use that `readN` and `writeN` are not: an address
   * for `dma.map`. Closing the device closes it.
   *
   * @throws RangeError for a part that is not inside one of `mappableAreas`
   * @throws VfioError EINVAL, ENOMEM, EBUSY. vfio_pci_core.c: vfio_pci_core_mmap()
   */
  map(options: RegionMapOptions = {}): RegionMapping {
    const { offset = 0, length = this.size - offset } = options;
    this.#checkRange(offset, length);
    const inside = (area: RegionArea) =>
      area.offset <= offset && offset + length <= area.offset + area.size;
    if (!this.#maps.areas.some(inside)) {
      throw new RangeError(`${this.name}: ${hex(offset)} + ${hex(length)} cannot be mapped`);
    }
    const { kernel, fd } = this.device;
    const mapping = kernel.mmap(fd, { ...options, offset: this.info.fileOffset + offset, length });
    const made = new RegionMapping(this, {
      offset,
      mapping,
      gone: (it) => this.#mappings.delete(it),
    });
    this.#mappings.add(made);
    return made;
  }

  /**
   * Has the kernel write a value here whenever an eventfd is signaled, until what is returned is
   * disposed: VFIO_DEVICE_IOEVENTFD. BARs only, and not the MSI-X table.
   *
   * @throws VfioError EINVAL, EEXIST (the same value at the same place), ENOSPC after 1000.
   *   vfio_pci_rdwr.c: vfio_pci_ioeventfd()
   */
  ioeventfd(options: IoeventfdOptions): Ioeventfd {
    return new Ioeventfd(this, options);
  }

  /** @internal Open mappings, as messages name them. */
  get liveMappings(): string[] {
    const implicit = this.#maps.mapped;
    const explicit = [...this.#mappings].map(({ offset, length }) => ({ offset, size: length }));
    return [...implicit, ...explicit].map(
      ({ offset, size }) => `${this.name} ${hex(offset)}-${hex(offset + size - 1)}`,
    );
  }

  /** @internal The device is being closed. */
  unmapAll(): void {
    this.#direct = 0;
    this.#unmapped = 0;
    this.#mapping = undefined;
    this.#maps.close();
  }

  /** Checks an access and finds what serves it; `#offset` is where in that. */
  #at(offset: number, width: number): Mapping | RegionFile {
    // A fraction, NaN or a negative number fails one of these.
    if (offset < this.#unmapped && offset >= 0 && offset % width === 0) {
      if (typeof offset === "number" && offset + width <= this.size) {
        this.#offset = offset;
        return this.#file;
      }
    }
    return this.#find(offset, width);
  }

  #find(offset: number, width: number): Mapping | RegionFile {
    this.#checkRange(offset, width);
    if (offset % width !== 0) {
      throw new RangeError(`offset: ${hex(offset)} is not a multiple of ${width}`);
    }
    const place = this.#maps.at(offset, width);
    this.#offset = place?.offset ?? offset;
    if (place === undefined) return this.#file;
    const direct = Math.min(place.mapping.length, this.size);
    if (place.offset === offset && (direct === this.size || this.size < WRAP)) {
      this.#mapping = place.mapping;
      this.#direct = direct;
    }
    return place.mapping;
  }

  #checkRange(offset: number, length: number): void {
    void this.device.fd;
    integer(offset, "offset");
    integer(length, "length");
    if (offset + length > this.size) {
      const size = this.size === 0 ? "the device does not have it" : `it has ${hex(this.size)}`;
      throw new RangeError(`${this.name}: ${hex(offset)} + ${hex(length)} bytes, but ${size}`);
    }
  }

  #newBytes(length: number): Uint8Array {
    return new Uint8Array(integer(length, "length", { max: this.size }));
  }
}

function uint8Array(value: Uint8Array, name: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw wrongType(value, name, "a Uint8Array");
}

function bigint64(value: bigint): bigint {
  if (typeof value !== "bigint") throw wrongType(value, "value", "a bigint");
  if (value >= 0n && value < 2n ** 64n) return value;
  throw new RangeError(`value: ${value} does not fit into 64 bits`);
}
