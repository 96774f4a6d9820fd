import { Errno } from "../../../errno.js";
import { GfxPlaneFlags } from "../../../uapi/flags.js";
import { Vfio } from "../../../uapi/requests.js";
import { readU32, type UserArgument } from "../../core/argument.js";
import type { Client } from "../../core/client.js";
import type { VfioDeviceOps } from "../../core/device-ops.js";
import type { MappedMemory, MmapRequest, Width } from "../../core/file.js";
import type { Result } from "../../core/result.js";
import type { SimulatedMachine } from "../../machine.js";
import { type ChunkedAccess, readInChunks, writeInChunks } from "../../mdev/chunked-access.js";
import { configSize } from "../../mdev/config-bytes.js";
import { answerInfo, answerIrqInfo } from "../../mdev/device-requests.js";
import { answerGfxPlane, type GfxPlane, noPlane } from "../../mdev/gfx-plane.js";
import type { KernelModule } from "../../mdev/module.js";
import { RamMapping } from "../../mdev/ram-mapping.js";
import { MbochsConfigSpace } from "./config-space.js";
import { Dispi } from "./dispi.js";
import { DmaBufs } from "./dma-bufs.js";
import { Edid, edidRegionSize } from "./edid.js";
import { MbochsMmio } from "./mmio.js";
import {
  answerMbochsRegionInfo,
  mmioSize,
  mbochsPositions as positions,
  mbochsRegions as regions,
} from "./region-info.js";
import { VideoMemory } from "./video-memory.js";

const irqs = 5;
const primaryPlane = 1;

/** The driver's file accesses to video memory hit what is this much further on. */
const strayBytes = 0x2000;

/** What an mbochs is made of. Memory in bytes, the largest mode in pixels (0 for any). */
export interface MbochsOptions {
  readonly machine: SimulatedMachine;
  readonly memorySize: number;
  readonly largestMode: { readonly width: number; readonly height: number };
  readonly module: KernelModule | undefined;
}

/** samples/vfio-mdev/mbochs.c behind VFIO. */
export class MbochsDevice implements VfioDeviceOps, ChunkedAccess {
  readonly name = "vfio-mbochs";
  readonly #machine: SimulatedMachine;
  readonly #config: MbochsConfigSpace;
  readonly #memory: VideoMemory;
  readonly #mmio: MbochsMmio;
  readonly #dmaBufs: DmaBufs;
  readonly #strays: boolean;

  constructor({ machine, memorySize, largestMode, module }: MbochsOptions) {
    const undefinedByte = (where: string) => this.#undefinedByte(where);
    this.#machine = machine;
    this.#config = new MbochsConfigSpace(memorySize, undefinedByte);
    this.#memory = new VideoMemory(memorySize);
    this.#mmio = new MbochsMmio(new Dispi(memorySize), new Edid(largestMode, undefinedByte));
    this.#dmaBufs = new DmaBufs({ machine, memory: this.#memory, module });
    this.#strays = machine.quirks.has("mbochs-stray-page");
  }

  // samples/vfio-mdev/mbochs.c: mbochs_close_device()
  closeDevice(): void {
    this.#dmaBufs.clear();
    this.#memory.drop();
  }

  read(_client: Client, target: Uint8Array, position: number): Result {
    return readInChunks(this, target, position);
  }

  write(_client: Client, source: Uint8Array, position: number): Result {
    return writeInChunks(this, source, position);
  }

  // samples/vfio-mdev/mbochs.c: mdev_access()
  readChunk(position: number, width: Width, target: Uint8Array, at: number): boolean {
    if (position < configSize) this.#config.read(position, width, target, at);
    else if (within(position, positions.mmio, mmioSize, width)) {
      this.#mmio.read(position - positions.mmio, width, target, at);
    } else if (within(position, positions.edid, edidRegionSize, width)) {
      this.#mmio.edid.readRegion(position - positions.edid, width, target, at);
    } else if (within(position, positions.memory, this.#memory.size, width)) {
      this.#readMemory(position - positions.memory, width, target, at);
    } else return false;
    return true;
  }

  // samples/vfio-mdev/mbochs.c: mdev_access()
  writeChunk(position: number, width: Width, source: Uint8Array, at: number): boolean {
    if (position < configSize) this.#config.write(position, width, source, at);
    else if (within(position, positions.mmio, mmioSize, width)) {
      this.#mmio.write(position - positions.mmio, width, source, at);
    } else if (within(position, positions.edid, edidRegionSize, width)) {
      this.#mmio.edid.writeRegion(position - positions.edid, width, source, at);
    } else if (within(position, positions.memory, this.#memory.size, width)) {
      this.#writeMemory(position - positions.memory, width, source, at);
    } else return false;
    return true;
  }

  // samples/vfio-mdev/mbochs.c: mbochs_mmap()
  mmap(_client: Client, { offset, length, shared }: MmapRequest): MappedMemory | Result {
    const { size, bytes } = this.#memory;
    if (offset !== positions.memory || length > size || !shared) return -Errno.EINVAL;
    return new RamMapping(bytes.subarray(0, length));
  }

  // samples/vfio-mdev/mbochs.c: mbochs_ioctl()
  ioctl(client: Client, request: number, argument: UserArgument): Result {
    switch (request) {
      case Vfio.DEVICE_GET_INFO:
        return answerInfo(argument, { regions, irqs });
      case Vfio.DEVICE_GET_REGION_INFO:
        return this.#getRegionInfo(argument);
      case Vfio.DEVICE_GET_IRQ_INFO:
        return answerIrqInfo(argument, { irqs, irqOf: () => ({ count: 0 }) });
      case Vfio.DEVICE_SET_IRQS:
        return -Errno.EINVAL;
      case Vfio.DEVICE_QUERY_GFX_PLANE:
        return answerGfxPlane(argument, GfxPlaneFlags.DMABUF, (type) => this.#plane(type));
      case Vfio.DEVICE_GET_GFX_DMABUF:
        return this.#getDmaBuf(client, argument);
      case Vfio.DEVICE_RESET:
        this.#mmio.dispi.reset();
        return 0;
      default:
        return -Errno.ENOTTY;
    }
  }

  #readMemory(offset: number, width: Width, target: Uint8Array, at: number): void {
    const { bytes } = this.#memory;
    const from = this.#strays ? offset + strayBytes : offset;
    for (let n = 0; n < width; n += 1) {
      target[at + n] = bytes[from + n] ?? this.#undefinedByte("video memory behind its end");
    }
  }

  #writeMemory(offset: number, width: Width, source: Uint8Array, at: number): void {
    const { bytes, size } = this.#memory;
    const to = this.#strays ? offset + strayBytes : offset;
    if (to >= size) this.#undefinedByte("video memory behind its end");
    else for (let n = 0; n < width; n += 1) bytes[to + n] = source[at + n]!;
  }

  #getRegionInfo(argument: UserArgument): Result {
    return answerMbochsRegionInfo(argument, {
      memorySize: this.#memory.size,
      commonRules: this.#machine.profile.mbochsRegionCaps,
      undefinedByte: (where) => this.#undefinedByte(where),
    });
  }

  // samples/vfio-mdev/mbochs.c: mbochs_query_gfx_plane()
  #plane(type: number): GfxPlane | Result {
    const mode = type === primaryPlane ? this.#mmio.dispi.mode() : undefined;
    if (mode === undefined) return noPlane;
    const record = this.#dmaBufs.recordOf(mode);
    if (typeof record === "number") return record;
    const { format: drm_format, width, height, stride, size } = mode;
    return { drm_format, width, height, stride, size, region_index: record.id };
  }

  #getDmaBuf(client: Client, argument: UserArgument): Result {
    const id = readU32(argument, 0);
    return id === undefined ? -Errno.EFAULT : this.#dmaBufs.open(client, id);
  }

  #undefinedByte(where: string): number {
    return this.#machine.hazards.meet("mbochs-uninitialised", where);
  }
}

function within(position: number, start: number, size: number, width: number): boolean {
  return position >= start && position + width <= start + size;
}
