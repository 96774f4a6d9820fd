// Goal: GET_INFO and dirty page tracking answer as the real kernel does (section 7.3 of the
// kernel's semantics), stale bits of an unzeroed buffer included.

import { describe, expect, it } from "vitest";
import type { Memory } from "../../src/kernel.js";
import { dmaCopy, pinPages, unpinPages } from "../../src/simulator/core/driver-access.js";
import type { MachineOptions } from "../../src/simulator/machine.js";
import { structs, Vfio, viewOf } from "../../src/uapi/index.js";
import { answer, Bench, profileNames, TestDevice } from "./fixtures.js";

const START = 1;
const STOP = 2;
const GET = 4;
const M = 0x7fff_0000_0000n;

class Tracker {
  readonly buffer: Memory;

  constructor(
    readonly bench: Bench,
    readonly container: number,
  ) {
    this.buffer = bench.kernel.allocate(0x1000);
  }

  dirty(flags: number, argsz = 8): string | number {
    const bytes = structs.iommuType1DirtyBitmap.encode({ argsz, flags }, 40);
    return answer(() => this.bench.kernel.ioctl(this.container, Vfio.IOMMU_DIRTY_PAGES, bytes));
  }

  get(iova: bigint, size: bigint, options: Partial<Options> = {}): string | number {
    const { pgsize = 0x1000n, bitmap_size = 8n, data = this.buffer.address } = options;
    const header = structs.iommuType1DirtyBitmap.encode({ argsz: 48, flags: GET }, 40);
    const range = { iova, size, pgsize, bitmap_size, data };
    header.set(structs.iommuType1DirtyBitmapGet.encode(range), 8);
    return answer(() => this.bench.kernel.ioctl(this.container, Vfio.IOMMU_DIRTY_PAGES, header));
  }

  unmap(iova: bigint, size: bigint, options: Partial<Options> & { flags?: number } = {}) {
    const { pgsize = 0x1000n, bitmap_size = 8n, data = this.buffer.address, flags = 1 } = options;
    const bytes = structs.iommuType1DmaUnmap.encode({ argsz: 48, flags, iova, size }, 24);
    bytes.set(structs.bitmap.encode({ pgsize, size: bitmap_size, data }), 24);
    const call = () => this.bench.kernel.ioctl(this.container, Vfio.IOMMU_UNMAP_DMA, bytes);
    return [answer(call), structs.iommuType1DmaUnmap.decode(bytes).size];
  }

  get word(): bigint {
    return viewOf(this.buffer.bytes).getBigUint64(0, true);
  }

  set word(value: bigint) {
    viewOf(this.buffer.bytes).setBigUint64(0, value, true);
  }
}

interface Options {
  pgsize: bigint;
  bitmap_size: bigint;
  data: bigint;
}

function emulated(options: MachineOptions = {}) {
  const bench = new Bench(options);
  const added = bench.addEmulated("dev", new TestDevice());
  const attached = bench.attach(added.group);
  return { bench, ...added, ...attached, tracker: new Tracker(bench, attached.container) };
}

function hardware() {
  const bench = new Bench();
  const added = bench.addHardware("0000:00:05.0", new TestDevice());
  const attached = bench.attach(added.group);
  return { bench, ...added, ...attached, tracker: new Tracker(bench, attached.container) };
}

describe.each(profileNames)("GET_INFO on %s", (profile) => {
  const total = profile === "6.1" ? 68 : 72;

  function info(container: number, bench: Bench, argsz: number, fill = 0xee) {
    const bytes = new Uint8Array(512).fill(fill);
    viewOf(bytes).setUint32(0, argsz, true);
    const result = answer(() => bench.kernel.ioctl(container, Vfio.IOMMU_GET_INFO, bytes));
    return { result, view: viewOf(bytes), bytes };
  }

  it("chains its capabilities", () => {
    const { bench, container } = emulated({ profile });
    const { result, view } = info(container, bench, 512);
    expect(result).toBe(0);
    expect([view.getUint32(4, true), view.getUint32(16, true)]).toEqual([3, 24]);
    expect(view.getBigUint64(8, true)).toBe(0xffff_ffff_ffff_f000n);
    expect([view.getUint16(24, true), view.getUint32(28, true)]).toEqual([2, 56]);
    expect([view.getBigUint64(40, true), view.getBigUint64(48, true)]).toEqual([
      0x1000n,
      0x1000_0000n,
    ]);
    expect([view.getUint16(56, true), view.getUint32(60, true)]).toEqual([3, 0]);
    expect(view.getUint32(64, true)).toBe(65535);
    expect(view.getUint8(total)).toBe(0xee);
  });

  it("says how much room it needs", () => {
    const { bench, container } = emulated({ profile });
    expect(info(container, bench, 15).result).toBe("EINVAL");
    const least = info(container, bench, 16);
    expect([least.result, least.view.getUint32(0, true), least.bytes[16]]).toEqual([
      0,
      total,
      0xee,
    ]);
    const twenty = info(container, bench, 20);
    expect([twenty.bytes[16], twenty.bytes[20]]).toEqual([0, 0xee]);
    expect(info(container, bench, 21).bytes[20]).toBe(profile === "6.1" ? 0xee : 0);
  });

  it("shows the ranges of hardware", () => {
    const bench = new Bench({ profile });
    const { group } = bench.addHardware("0000:00:05.0", new TestDevice());
    const { container } = bench.attach(group);
    const { view } = info(container, bench, 512);
    const at = profile === "6.1" ? 68 : 72;
    expect(view.getBigUint64(8, true)).toBe(0x4020_1000n);
    expect([view.getUint32(60, true), view.getUint16(at, true)]).toEqual([at, 1]);
    expect(view.getUint32(at + 8, true)).toBe(2);
    expect([16, 24, 32, 40].map((offset) => view.getBigUint64(at + offset, true))).toEqual([
      0n,
      0xfedf_ffffn,
      0xfef0_0000n,
      0x7f_ffff_ffffn,
    ]);
    const short = info(container, bench, 16);
    expect(short.view.getUint32(0, true)).toBe(profile === "6.1" ? 116 : 120);
  });
});

describe("dirty page tracking", () => {
  it("checks its struct", () => {
    const { tracker } = emulated();
    expect(tracker.dirty(0)).toBe("EINVAL");
    expect(tracker.dirty(START, 7)).toBe("EINVAL");
    for (const flags of [8, 3, 7, 4]) expect(tracker.dirty(flags)).toBe("EINVAL");
    expect(tracker.dirty(GET, 40)).toBe("EINVAL");
  });

  it("starts and stops as often as one likes", () => {
    const { tracker, dma } = emulated();
    dma.map(3, M, 0x10000n, 0x4000n);
    expect(tracker.get(0x10000n, 0x4000n)).toBe("EINVAL");
    expect([tracker.dirty(START), tracker.dirty(START)]).toEqual([0, 0]);
    expect([tracker.get(0x10000n, 0x4000n), tracker.word]).toEqual([0, 0n]);
    expect([tracker.dirty(STOP), tracker.dirty(STOP)]).toEqual([0, 0]);
    expect(tracker.get(0x10000n, 0x4000n)).toBe("EINVAL");
  });

  it.each(profileNames)("checks the range on %s", (profile) => {
    const { tracker, dma } = emulated({ profile });
    dma.map(3, M, 0x10000n, 0x4000n);
    tracker.dirty(START);
    const get = (options: Partial<Options>) => tracker.get(0x10000n, 0x4000n, options);
    expect(get({ pgsize: 0x2000n })).toBe("EINVAL");
    expect(get({ pgsize: 0n })).toBe("EINVAL");
    for (const bitmap_size of [4n, 0n, 0x8000_0008n]) expect(get({ bitmap_size })).toBe("EINVAL");
    expect(tracker.get(0x10000n, 0n)).toBe("EINVAL");
    expect(tracker.get(0x10800n, 0x4000n)).toBe("EINVAL");
    expect(tracker.get(0x10000n, 0x4800n)).toBe("EINVAL");
    expect(tracker.get(0x10000n, 0x2000n)).toBe("EINVAL");
    expect(tracker.get(0x11000n, 0x3000n)).toBe("EINVAL");
    expect(tracker.get(0xf000n, 0x5000n)).toBe(0);
    tracker.word = 0x55n;
    expect([tracker.get(0x40000n, 0x4000n), tracker.word]).toEqual([0, 0x55n]);
    expect(get({ data: 0n })).toBe("EFAULT");
    expect(get({ data: 0xffff_8000_0000_0000n })).toBe("EINVAL");
    const wrap = profile === "7.2" ? "EOVERFLOW" : "EINVAL";
    expect(tracker.get(0xffff_ffff_ffff_f000n, 0x2000n)).toBe(wrap);
  });

  it("takes over stale bits of the client's buffer", () => {
    const { tracker, dma } = emulated();
    dma.map(3, M, 0x10000n, 0x4000n);
    dma.map(3, M, 0x14000n, 0x2000n);
    tracker.dirty(START);
    const stale = 0x1111_1111_1111_1111n;
    const get = (iova: bigint, size: bigint) => {
      tracker.word = stale;
      return [tracker.get(iova, size), tracker.word];
    };
    expect(get(0x10000n, 0x6000n)).toEqual([0, 0n]);
    expect(get(0x8000n, 0x10000n)).toEqual([0, stale]);
    expect(get(0x10000n, 0x6000n)).toEqual([0, stale - 1n]);
    expect(get(0x10000n, 0x4000n)).toEqual([0, stale - 1n]);
    dma.unmap(0, 0x10000n, 0x6000n);
    dma.map(3, M, 0x10000n, 0x4000n);
    expect(get(0x10000n, 0x4000n)).toEqual([0, 0n]);
  });

  it("forgets stale bits without the quirk", () => {
    const { tracker, dma } = emulated({ withoutQuirks: ["type1-stale-dirty-bits"] });
    dma.map(3, M, 0x14000n, 0x2000n);
    tracker.dirty(START);
    tracker.word = 0x1111_1111_1111_1111n;
    expect([tracker.get(0x10000n, 0x6000n), tracker.word]).toEqual([0, 0x1111_1111_1111_1111n]);
    expect([tracker.get(0x14000n, 0x2000n), tracker.word]).toEqual([0, 0n]);
  });

  it("tells what an unmapped range had", () => {
    const { tracker, dma } = emulated();
    dma.map(3, M, 0x10000n, 0x2000n);
    tracker.dirty(START);
    const { container, bench } = tracker;
    const short = structs.iommuType1DmaUnmap.encode({ argsz: 24, flags: 1, size: 0x2000n });
    const call = () => bench.kernel.ioctl(container, Vfio.IOMMU_UNMAP_DMA, short);
    expect(answer(call)).toBe("EINVAL");
    expect(tracker.unmap(0n, 0n, { flags: 3 })[0]).toBe("EINVAL");
    expect(tracker.unmap(0x10000n, 0x2000n, { flags: 5 })[0]).toBe("EINVAL");
    expect(tracker.unmap(0x10000n, 0x2000n, { pgsize: 0x2000n })[0]).toBe("EINVAL");
    expect(tracker.unmap(0x10000n, 0n)[0]).toBe("EINVAL");
    expect(tracker.unmap(0x10000n, 0x2000n)).toEqual([0, 0x2000n]);
    tracker.dirty(STOP);
    expect(tracker.unmap(0x10000n, 0x2000n)[0]).toBe("EINVAL");
  });

  it("calls every page of hardware dirty, each time", () => {
    const { bench, tracker, dma } = hardware();
    const memory = bench.kernel.allocate(0x8000);
    expect(dma.map(3, memory.address, 0x10000n, 0x4000n)).toBe(0);
    tracker.dirty(START);
    for (let round = 0; round < 2; round += 1) {
      tracker.word = 0n;
      expect([tracker.get(0x10000n, 0x4000n), tracker.word]).toEqual([0, 0xfn]);
    }
    dma.map(3, memory.address + 0x4000n, 0x20000n, 0x1000n);
    tracker.word = 0n;
    expect([tracker.get(0x10000n, 0x11000n), tracker.word]).toEqual([0, 0x1000fn]);
  });

  it("refuses mappings of 2^31 pages", () => {
    const { tracker, dma } = emulated();
    expect(dma.map(3, M, 0n, 0x800_0000_0000n)).toBe(0);
    expect(tracker.dirty(START)).toBe("EINVAL");
    dma.unmap(2, 0n, 0n);
    tracker.dirty(START);
    expect(dma.map(3, M, 0n, 0x800_0000_0000n)).toBe("EINVAL");
    expect(dma.map(3, M, 0n, 0x7ff_ffff_f000n)).toBe(0);
  });
});

class PinningDevice extends TestDevice {
  readonly unmapped: bigint[] = [];
  onUnmap: (iova: bigint, length: bigint) => void = () => {};

  dmaUnmap(iova: bigint, length: bigint): void {
    this.unmapped.push(iova);
    this.onUnmap(iova, length);
  }
}

function pinning() {
  const bench = new Bench();
  const added = bench.addEmulated("dev", new PinningDevice());
  const attached = bench.attach(added.group);
  bench.kernel.ioctl(attached.fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
  const memory = bench.kernel.allocate(0x4000);
  return { bench, ...added, ...attached, memory, tracker: new Tracker(bench, attached.container) };
}

describe("drivers of mediated devices", () => {
  it("pin pages, which count and are dirty", () => {
    const { bench, device, dma, memory, tracker, ops } = pinning();
    dma.map(3, memory.address, 0x10000n, 0x4000n);
    tracker.dirty(START);
    const pages = pinPages(device, 0x11000n, 2, 3);
    if (typeof pages === "number") throw new Error(`pinning failed: ${pages}`);
    expect(bench.kernel.process.lockedMemory.locked).toBe(0x2000);
    pages[0]?.write(4, Uint8Array.of(7));
    expect(memory.bytes[0x1004]).toBe(7);
    expect([tracker.get(0x10000n, 0x4000n), tracker.word]).toEqual([0, 6n]);
    expect([tracker.get(0x10000n, 0x4000n), tracker.word]).toEqual([0, 6n]);
    ops.onUnmap = (iova) => unpinPages(device, iova, 4);
    expect(dma.unmap(0, 0x10000n, 0x4000n)).toEqual([0, 0x4000n]);
    expect(ops.unmapped).toEqual([0x10000n]);
    expect(bench.kernel.process.lockedMemory.locked).toBe(0);
    expect(bench.kernel.process.memory.pins).toBe(0);
  });

  it("are refused what they may not do", () => {
    const { device, dma, memory, bench } = pinning();
    dma.map(1, memory.address, 0x10000n, 0x1000n);
    dma.map(3, 0xdead_0000n, 0x11000n, 0x1000n);
    expect(pinPages(device, 0x10000n, 0, 1)).toBe(-22);
    expect(pinPages(device, 0x10000n, 513, 1)).toBe(-7);
    expect(pinPages(device, 0x10000n, 1, 3)).toBe(-1);
    expect(pinPages(device, 0x10000n, 2, 1)).toBe(-14);
    expect(pinPages(device, 0x20000n, 1, 1)).toBe(-22);
    expect(bench.kernel.process.lockedMemory.locked).toBe(0);
  });

  it.each(profileNames)("must be able to let go, as %s sees it", (profile) => {
    const bench = new Bench({ profile });
    const able = bench.addEmulated("able", new PinningDevice());
    const unable = bench.addEmulated("unable", new TestDevice());
    const { container, fd, dma } = bench.attach(unable.group);
    dma.map(3, bench.kernel.allocate(0x1000).address, 0n, 0x1000n);
    bench.kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "unable");
    expect(pinPages(unable.device, 0n, 1, 3)).toBe(-22);
    const other = bench.openGroup(able.group);
    bench.setContainer(other, container);
    bench.kernel.ioctl(other, Vfio.GROUP_GET_DEVICE_FD, "able");
    // 6.1 asks only whether anybody in the container can be told.
    const pinned = pinPages(unable.device, 0n, 1, 3);
    if (profile === "6.1") expect(pinned).toHaveLength(1);
    else expect(pinned).toBe(-22);
  });

  it("copy by IOVA", () => {
    const { bench, device, dma, memory, tracker } = pinning();
    dma.map(3, memory.address, 0x10000n, 0x2000n);
    dma.map(2, memory.address + 0x2000n, 0x12000n, 0x1000n);
    tracker.dirty(START);
    const { process } = bench.kernel;
    const data = Uint8Array.of(1, 2, 3, 4);
    expect(dmaCopy(device, process, 0x10ffen, data, "write")).toBe(0);
    expect([...memory.bytes.subarray(0xffe, 0x1002)]).toEqual([1, 2, 3, 4]);
    expect([tracker.get(0x10000n, 0x3000n), tracker.word]).toEqual([0, 3n]);
    tracker.word = 0n;
    // The second mapping has taken its neighbour's bits for its own and moves them again.
    expect([tracker.get(0x10000n, 0x3000n), tracker.word]).toEqual([0, 8n]);
    expect([tracker.get(0x10000n, 0x2000n), tracker.word]).toEqual([0, 0n]);
    expect(dmaCopy(device, process, 0x11ffen, data, "read")).toBe(-1);
    expect(dmaCopy(device, process, 0x20000n, data, "read")).toBe(-22);
    const stranger = bench.machine.process().process;
    expect(dmaCopy(device, stranger, 0x10000n, data, "read")).toBe(-14);
    expect(dmaCopy(device, undefined, 0x10000n, data, "read")).toBe(0);
  });
});
