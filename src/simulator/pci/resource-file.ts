import { Errno } from "../../errno.js";
import type { MappedMemory, MmapRequest, Width } from "../core/file.js";
import { pageAlign } from "../core/page.js";
import type { Result } from "../core/result.js";
import type { BinaryContent } from "../sysfs/binary.js";
import type { Bar } from "./bar.js";
import { littleEndian, storeLittleEndian } from "./bytes.js";
import type { PciDevice } from "./device.js";

/** `resourceN`: memory is mapped, ports are read and written one access at a time. */
export function resourceContent(device: PciDevice, bar: Bar): BinaryContent {
  if (bar.space === "memory") return { mmap: (_client, request) => map(device, bar, request) };
  return {
    read: (target, position) => readPort(device, bar, target, position),
    write: (source, position) => writePort(device, bar, source, position),
  };
}

// drivers/pci/pci-sysfs.c: pci_mmap_resource()
function map(device: PciDevice, bar: Bar, request: MmapRequest): MappedMemory | Result {
  if (request.offset + request.length > pageAlign(bar.size)) return -Errno.EINVAL;
  if (device.barsClaimed) return -Errno.EINVAL;
  return new ResourceMapping(device, bar, request.offset);
}

// drivers/pci/pci-sysfs.c: pci_resource_io()
function readPort(device: PciDevice, bar: Bar, target: Uint8Array, position: number): Result {
  if (position >= bar.size || position + target.length > bar.size) return 0;
  const width = portWidth(target.length);
  if (width === undefined) return -Errno.EINVAL;
  storeLittleEndian(target, 0, width, device.read(bar.index, position, width));
  return width;
}

function writePort(device: PciDevice, bar: Bar, source: Uint8Array, position: number): Result {
  if (position >= bar.size || position + source.length > bar.size) return 0;
  const width = portWidth(source.length);
  if (width === undefined) return -Errno.EINVAL;
  device.write(bar.index, position, width, littleEndian(source, 0, width));
  return width;
}

function portWidth(length: number): Width | undefined {
  return length === 1 || length === 2 || length === 4 ? length : undefined;
}

/** Part of a BAR in the memory of somebody who may do anything. */
class ResourceMapping implements MappedMemory {
  readonly accessible = true;
  readonly bytes = undefined;

  constructor(
    readonly device: PciDevice,
    readonly bar: Bar,
    readonly start: number,
  ) {}

  read(offset: number, width: Width): number {
    return this.device.read(this.bar.index, this.start + offset, width);
  }

  write(offset: number, width: Width, value: number): void {
    this.device.write(this.bar.index, this.start + offset, width, value);
  }

  read64(offset: number): bigint {
    return this.device.read64(this.bar.index, this.start + offset);
  }

  write64(offset: number, value: bigint): void {
    this.device.write64(this.bar.index, this.start + offset, value);
  }
}
