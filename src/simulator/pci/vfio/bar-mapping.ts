import { Errno } from "../../../errno.js";
import type { MappedMemory, MmapRequest, Width } from "../../core/file.js";
import { pageAlign } from "../../core/page.js";
import type { Result } from "../../core/result.js";
import type { PciDevice } from "../device.js";
import type { VfioPciDevice } from "./device.js";
import { regionCount, regionSpan } from "./regions.js";

/** Part of a BAR in a client's memory. Every access is a bus cycle of its own. */
class BarMapping implements MappedMemory {
  readonly bytes = undefined;
  readonly #device: VfioPciDevice;
  readonly #pci: PciDevice;
  readonly #bar: number;
  readonly #start: number;
  readonly #size: number;

  constructor(device: VfioPciDevice, bar: number, start: number) {
    this.#device = device;
    this.#pci = device.pci;
    this.#bar = bar;
    this.#start = start;
    this.#size = device.pci.bars[bar]?.size ?? 0;
  }

  // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_mmap_fault()
  get accessible(): boolean {
    return this.#device.memoryEnabled && !this.#device.power.engaged;
  }

  read(offset: number, width: Width): number {
    const at = this.#start + offset;
    return at < this.#size ? this.#pci.read(this.#bar, at, width) : 2 ** (8 * width) - 1;
  }

  write(offset: number, width: Width, value: number): void {
    const at = this.#start + offset;
    if (at < this.#size) this.#pci.write(this.#bar, at, width, value);
  }

  read64(offset: number): bigint {
    const at = this.#start + offset;
    return at < this.#size ? this.#pci.read64(this.#bar, at) : 0xffff_ffff_ffff_ffffn;
  }

  write64(offset: number, value: bigint): void {
    const at = this.#start + offset;
    if (at < this.#size) this.#pci.write64(this.#bar, at, value);
  }
}

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_mmap()
export function mapBar(device: VfioPciDevice, request: MmapRequest): MappedMemory | Result {
  const index = Math.floor(request.offset / regionSpan);
  const start = request.offset - index * regionSpan;
  if (index >= regionCount || !request.shared || !device.mappable(index)) return -Errno.EINVAL;
  const bar = device.pci.bars[index]!;
  if (start + pageAlign(request.length) > pageAlign(bar.size)) return -Errno.EINVAL;
  return new BarMapping(device, index, start);
}
