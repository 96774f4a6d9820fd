import { OpenFlags } from "../../../../src/kernel.js";
import { structs } from "../../../../src/uapi/index.js";
import { getDirtyBitmap, unmapWithBitmap } from "../../fixtures/structs.js";
import { changes } from "../../trial/step.js";
import { num, wide } from "../op.js";
import { outcome, type World } from "../world.js";
import { EMPTY, filled, HAZARD, request, type Steps } from "./step.js";

/** Addresses of memory: a place by number and an offset into it. */
export function address(world: World, place: number, offset: number): bigint {
  const { m, readOnly, none } = world.actor.places;
  const bases = [m.address, readOnly.address, none.address, 0n, 0xffff_8000_0000_0000n];
  return BigInt.asUintN(64, (bases[place % bases.length] ?? 0n) + BigInt(offset));
}

/** What lies behind a place of memory is not the same on two kernels. */
function overruns(world: World, place: number, offset: number, size: bigint): boolean {
  const { m, readOnly, none } = world.actor.places;
  const length = [m, readOnly, none][place]?.length;
  return length !== undefined && world.pins && BigInt(offset) + size > BigInt(length);
}

/** Steps on containers and the type 1 IOMMU. */
export const containerSteps: Steps = {
  openContainer: (world, [slot]) => {
    let opened = -1;
    const result = outcome(() => {
      opened = world.kernel.open("/dev/vfio/vfio", OpenFlags.readWrite);
      return 0;
    });
    if (opened >= 0) world.put(world.actor.containers, num(slot), { fd: opened, target: -1 });
    return result;
  },
  closeContainer: (world, [slot]) => {
    const open = world.take(world.actor.containers, slot);
    if (open === undefined) return EMPTY;
    return outcome(() => {
      world.kernel.close(open.fd);
      return 0;
    });
  },
  extension: (world, [slot, number]) =>
    request(world, world.pick(world.actor.containers, slot), "CHECK_EXTENSION", num(number)),
  setIommu: (world, [slot, type]) =>
    request(world, world.pick(world.actor.containers, slot), "SET_IOMMU", num(type)),
  iommuInfo: (world, [slot, argsz, room]) =>
    request(
      world,
      world.pick(world.actor.containers, slot),
      "IOMMU_GET_INFO",
      filled(structs.iommuType1Info, { argsz: num(argsz) }, num(room)),
    ),
  map: (world, [slot, flags, place, offset, iova, size, argsz]) => {
    if (overruns(world, num(place), num(offset), wide(size))) return HAZARD;
    const vaddr = address(world, num(place), num(offset));
    const range = { iova: wide(iova), size: wide(size) };
    const values = { argsz: num(argsz), flags: num(flags), vaddr, ...range };
    const bytes = filled(structs.iommuType1DmaMap, values, 32);
    return request(world, world.pick(world.actor.containers, slot), "IOMMU_MAP_DMA", bytes);
  },
  unmap: (world, [slot, flags, iova, size, argsz]) => {
    const range = { iova: wide(iova), size: wide(size) };
    const values = { argsz: num(argsz), flags: num(flags), ...range };
    const bytes = filled(structs.iommuType1DmaUnmap, values, 24);
    return request(world, world.pick(world.actor.containers, slot), "IOMMU_UNMAP_DMA", bytes);
  },
  unmapBitmap: (world, [slot, flags, iova, size, pgsize, bytes, fill]) =>
    withBitmap(world, { bytes: num(bytes), fill: num(fill) }, (data) => {
      const range = { iova: wide(iova), size: wide(size), pgsize: wide(pgsize) };
      const values = { argsz: 48, flags: num(flags), ...range, ...data };
      const argument = filled(unmapWithBitmap, values, 48);
      return request(world, world.pick(world.actor.containers, slot), "IOMMU_UNMAP_DMA", argument);
    }),
  dirty: (world, [slot, flags, argsz]) =>
    request(
      world,
      world.pick(world.actor.containers, slot),
      "IOMMU_DIRTY_PAGES",
      filled(structs.iommuType1DirtyBitmap, { argsz: num(argsz), flags: num(flags) }, 8),
    ),
  getBitmap: (world, [slot, iova, size, pgsize, bytes, fill]) =>
    withBitmap(world, { bytes: num(bytes), fill: num(fill) }, (data) => {
      const range = { iova: wide(iova), size: wide(size), pgsize: wide(pgsize) };
      const values = { argsz: 48, flags: 4, ...range, ...data };
      const argument = filled(getDirtyBitmap, values, 48);
      return request(
        world,
        world.pick(world.actor.containers, slot),
        "IOMMU_DIRTY_PAGES",
        argument,
      );
    }),
};

/** A bitmap at the end of the memory, as the kernel leaves it. Another process's cannot be seen. */
function withBitmap(
  world: World,
  { bytes, fill }: { bytes: number; fill: number },
  call: (data: { bitmap_size: bigint; data: bigint }) => string,
): string {
  if (!world.actor.local) return HAZARD;
  const { m } = world.actor.places;
  const bitmap = m.bytes.subarray(0x30000, 0x30100);
  bitmap.fill(fill);
  const result = call({ bitmap_size: BigInt(bytes), data: m.address + 0x30000n });
  const changed = changes({ before: new Uint8Array(bitmap.length).fill(fill), after: bitmap });
  bitmap.fill(0);
  return `${result} ${changed}`;
}
