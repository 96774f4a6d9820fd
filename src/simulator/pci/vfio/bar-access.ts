import { Errno } from "../../../errno.js";
import type { Result } from "../../core/result.js";
import { littleEndian, storeLittleEndian } from "../bytes.js";
import type { VfioPciDevice } from "./device.js";

/** Reads a BAR by naturally aligned bus cycles. The MSI-X table reads as ones. */
// drivers/vfio/pci/vfio_pci_rdwr.c: vfio_pci_bar_rw(), do_io_rw()
export function readBar(
  device: VfioPciDevice,
  index: number,
  offset: number,
  target: Uint8Array,
): Result {
  const { pci } = device;
  const bar = pci.bars[index];
  if (bar === undefined || offset >= bar.size) return -Errno.EINVAL;
  const gated = bar.space === "memory";
  const only = singleCycle(device, index, offset, target.length, bar.size);
  if (only !== 0) {
    if (gated && !device.memoryEnabled) return -Errno.EIO;
    storeLittleEndian(target, 0, only, pci.read(index, offset, only));
    return only;
  }
  const count = Math.min(target.length, bar.size - offset);
  for (let done = 0; done < count; ) {
    const at = offset + done;
    const room = roomBeforeHidden(device, index, at, count - done);
    if (room === 0) {
      const hidden = Math.min(count - done, device.msix.end - at);
      target.fill(0xff, done, done + hidden);
      done += hidden;
      continue;
    }
    if (gated && !device.memoryEnabled) return -Errno.EIO;
    if (room >= 8 && at % 8 === 0 && device.profile.io64) {
      const value = pci.read64(index, at);
      storeLittleEndian(target, done, 4, Number(value & 0xffff_ffffn));
      storeLittleEndian(target, done + 4, 4, Number(value >> 32n));
      done += 8;
      continue;
    }
    const width = cycleWidth(at, room);
    storeLittleEndian(target, done, width, pci.read(index, at, width));
    done += width;
  }
  return count;
}

/** Writes a BAR likewise; what falls on the MSI-X table is dropped and counts as written. */
export function writeBar(
  device: VfioPciDevice,
  index: number,
  offset: number,
  source: Uint8Array,
): Result {
  const { pci } = device;
  const bar = pci.bars[index];
  if (bar === undefined || offset >= bar.size) return -Errno.EINVAL;
  const gated = bar.space === "memory";
  const only = singleCycle(device, index, offset, source.length, bar.size);
  if (only !== 0) {
    if (gated && !device.memoryEnabled) return -Errno.EIO;
    pci.write(index, offset, only, littleEndian(source, 0, only));
    return only;
  }
  const count = Math.min(source.length, bar.size - offset);
  for (let done = 0; done < count; ) {
    const at = offset + done;
    const room = roomBeforeHidden(device, index, at, count - done);
    if (room === 0) {
      done += Math.min(count - done, device.msix.end - at);
      continue;
    }
    if (gated && !device.memoryEnabled) return -Errno.EIO;
    if (room >= 8 && at % 8 === 0 && device.profile.io64) {
      const low = littleEndian(source, done, 4);
      const high = littleEndian(source, done + 4, 4);
      pci.write64(index, at, (BigInt(high) << 32n) | BigInt(low));
      done += 8;
      continue;
    }
    const width = cycleWidth(at, room);
    pci.write(index, at, width, littleEndian(source, done, width));
    done += width;
  }
  return count;
}

/** Reads the option ROM; behind its end the BAR reads ones. */
export function readRom(device: VfioPciDevice, offset: number, target: Uint8Array): Result {
  const { rom } = device.pci;
  if (rom === undefined || offset >= rom.size) return -Errno.EINVAL;
  if (!rom.valid) return -Errno.ENOMEM;
  if (!device.memoryEnabled) return -Errno.EIO;
  const count = Math.min(target.length, rom.size - offset);
  target.fill(0xff, 0, count);
  target.set(rom.contents.subarray(offset, offset + count));
  return count;
}

/** The width of an access that is one cycle, as almost all are; 0 for any other. */
function singleCycle(
  { msix }: VfioPciDevice,
  index: number,
  offset: number,
  length: number,
  size: number,
): 0 | 1 | 2 | 4 {
  if (msix.bar === index || offset + length > size) return 0;
  if (length === 4) return offset % 4 === 0 ? 4 : 0;
  if (length === 2) return offset % 2 === 0 ? 2 : 0;
  return length === 1 ? 1 : 0;
}

function cycleWidth(at: number, room: number): 1 | 2 | 4 {
  if (room >= 4 && at % 4 === 0) return 4;
  return room >= 2 && at % 2 === 0 ? 2 : 1;
}

/** Bytes up to the MSI-X table, if that is ahead; 0 inside it. */
function roomBeforeHidden(device: VfioPciDevice, index: number, at: number, rest: number): number {
  const { msix } = device;
  if (msix.bar !== index || at >= msix.end) return rest;
  return at < msix.start ? Math.min(rest, msix.start - at) : 0;
}
