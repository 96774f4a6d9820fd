import { Errno } from "../../../errno.js";
import { GfxPlaneFlags, PciRegion, RegionFlags } from "../../../uapi/flags.js";
import { Vfio } from "../../../uapi/requests.js";
import type { UserArgument } from "../../core/argument.js";
import type { Client } from "../../core/client.js";
import type { VfioDeviceOps } from "../../core/device-ops.js";
import type { MappedMemory, MmapRequest, Width } from "../../core/file.js";
import type { Result } from "../../core/result.js";
import type { SimulatedMachine } from "../../machine.js";
import { type ChunkedAccess, readInChunks, writeInChunks } from "../../mdev/chunked-access.js";
import { configSize } from "../../mdev/config-bytes.js";
import {
  answerInfo,
  answerIrqInfo,
  answerRegionInfo,
  type RegionAnswer,
} from "../../mdev/device-requests.js";
import { answerGfxPlane } from "../../mdev/gfx-plane.js";
import { RamMapping } from "../../mdev/ram-mapping.js";
import { MdpyConfigSpace } from "./config-space.js";
import { type MdpyDisplay, xrgb8888 } from "./display.js";

const regions = 9;
const irqs = 5;

/** File position of the framebuffer; configuration space is at 0. */
const framebufferPosition = 0x1000;
/** The framebuffer once more, as the region that QUERY_GFX_PLANE names. */
const displayRegion = 16;

const { READ, WRITE, MMAP } = RegionFlags;

/** samples/vfio-mdev/mdpy.c behind VFIO. */
export class MdpyDevice implements VfioDeviceOps, ChunkedAccess {
  readonly name = "vfio-mdpy";
  readonly #display: MdpyDisplay;
  readonly #config: MdpyConfigSpace;
  /** The driver's bug: file accesses take no notice of the position in the framebuffer. */
  readonly #offsetZero: boolean;
  /** GET_INFO has been asked: the driver knows its own number of interrupts only since then. */
  #irqs = 0;

  constructor({ hazards, quirks }: SimulatedMachine, display: MdpyDisplay) {
    this.#display = display;
    this.#config = new MdpyConfigSpace(display, (where) =>
      hazards.meet("mdpy-uninitialised", where),
    );
    this.#offsetZero = quirks.has("mdpy-offset-zero");
  }

  read(_client: Client, target: Uint8Array, position: number): Result {
    return readInChunks(this, target, position);
  }

  write(_client: Client, source: Uint8Array, position: number): Result {
    return writeInChunks(this, source, position);
  }

  // samples/vfio-mdev/mdpy.c: mdev_access()
  readChunk(position: number, width: Width, target: Uint8Array, at: number): boolean {
    if (position < configSize) {
      this.#config.read(position, width, target, at);
      return true;
    }
    const from = this.#framebufferOffset(position, width);
    if (from < 0) return false;
    const { memory } = this.#display;
    for (let index = 0; index < width; index += 1) target[at + index] = memory[from + index]!;
    return true;
  }

  // samples/vfio-mdev/mdpy.c: mdev_access()
  writeChunk(position: number, width: Width, source: Uint8Array, at: number): boolean {
    if (position < configSize) {
      this.#config.write(position, width, source, at);
      return true;
    }
    const to = this.#framebufferOffset(position, width);
    if (to < 0) return false;
    const { memory } = this.#display;
    for (let index = 0; index < width; index += 1) memory[to + index] = source[at + index]!;
    return true;
  }

  // samples/vfio-mdev/mdpy.c: mdpy_mmap()
  mmap(_client: Client, { offset, length, shared }: MmapRequest): MappedMemory | Result {
    const { memory } = this.#display;
    if (offset !== framebufferPosition || length > memory.length || !shared) return -Errno.EINVAL;
    return new RamMapping(memory.subarray(0, length));
  }

  // samples/vfio-mdev/mdpy.c: mdpy_ioctl()
  ioctl(_client: Client, request: number, argument: UserArgument): Result {
    switch (request) {
      case Vfio.DEVICE_GET_INFO:
        return this.#getInfo(argument);
      case Vfio.DEVICE_GET_REGION_INFO:
        return answerRegionInfo(argument, (index) => this.#region(index));
      case Vfio.DEVICE_GET_IRQ_INFO:
        return answerIrqInfo(argument, { irqs: this.#irqs, irqOf: () => ({ count: 0 }) });
      case Vfio.DEVICE_SET_IRQS:
        return -Errno.EINVAL;
      case Vfio.DEVICE_QUERY_GFX_PLANE:
        return answerGfxPlane(argument, GfxPlaneFlags.REGION, () => this.#plane());
      case Vfio.DEVICE_RESET:
        this.#display.reset();
        return 0;
      default:
        return -Errno.ENOTTY;
    }
  }

  /** Where an access hits the framebuffer, or -1 where it is not wholly inside. */
  #framebufferOffset(position: number, width: Width): number {
    const offset = position - framebufferPosition;
    if (offset < 0 || offset + width > this.#display.memory.length) return -1;
    return this.#offsetZero ? 0 : offset;
  }

  #getInfo(argument: UserArgument): Result {
    const result = answerInfo(argument, { regions, irqs });
    if (result >= 0) this.#irqs = irqs;
    return result;
  }

  // samples/vfio-mdev/mdpy.c: mdpy_get_region_info()
  #region(index: number): RegionAnswer | undefined {
    if (index === PciRegion.CONFIG) return { flags: READ | WRITE, size: configSize, offset: 0 };
    if (index === PciRegion.BAR0 || index === displayRegion) {
      const size = this.#display.memory.length;
      return { flags: READ | WRITE | MMAP, size, offset: framebufferPosition };
    }
    return index < regions ? { flags: 0, size: 0, offset: 0 } : undefined;
  }

  #plane() {
    const { width, height, stride, memory } = this.#display;
    const size = memory.length;
    return { drm_format: xrgb8888, width, height, stride, size, region_index: displayRegion };
  }
}
