import { OpenFlags } from "../../../../src/kernel.js";
import { structs } from "../../../../src/uapi/index.js";
import { getDirtyBitmap, unmapWithBitmap } from "../../fixtures/structs.js";
import { num, wide } from "../op.js";
import { outcome, type World } from "../world.js";
import { EMPTY, filled, HAZARD, request, type Steps } from "./step.js";

/** Addresses of memory: a place by number and an offset into it. */
export function address(world: World, place: number, offset: number): bigint {
  const { m, readOnly, none } = world.places;
  const bases = [m.address, readOnly.address, none.address, 0n, 0xffff_8000_0000_0000n];
  return BigInt.asUintN(64, (bases[place % bases.length] ?? 0n) + BigInt(offset));
}

/** What lies behind a place of memory is not the same on two kernels. */
function overruns(world: World, place: number, offset: number, size: bigint): boolean {
  const { m, readOnly, none } = world.places;
  const length = [m, readOnly, none][place]?.length;
  return length !== undefined && world.pins && BigInt(offset) + size > BigInt(length);
}

/**
 * Until 6.12 a mapping that ends at 2^64 spoils the search tree, and what is found afterwards
 * depends on the tree's shape.
 */
function spoils(world: World, iova: bigint, size: bigint): boolean {
  return world.version !== "7.2" && iova + size === 1n << 64n;
}

/** Steps on containers and the type 1 IOMMU. */
export const containerSteps: Steps = {
  openContainer: (world, [slot]) => {
    let opened = -1;
    const result = outcome(() => {
      opened = world.kernel.open("/dev/vfio/vfio", OpenFlags.readWrite);
      return 0;
    });
    if (opened >= 0) world.put(world.containers, num(slot), { fd: opened, target: -1 });
    return result;
  },
  closeContainer: (world, [slot]) => {
    const open = world.take(world.containers, slot);
    if (open === undefined) return EMPTY;
    return outcome(() => {
      world.kernel.close(open.fd);
      return 0;
    });
  },
  extension: (world, [slot, number]) =>
    request(world, world.pick(world.containers, slot), "CHECK_EXTENSION", num(number)),
  setIommu: (world, [slot, type]) =>
    request(world, world.pick(world.containers, slot), "SET_IOMMU", num(type)),
  iommuInfo: (world, [slot, argsz, room]) =>
    request(
      world,
      world.pick(world.containers, slot),
      "IOMMU_GET_INFO",
      filled(structs.iommuType1Info, { argsz: num(argsz) }, num(room)),
    ),
  map: (world, [slot, flags, place, offset, iova, size, argsz]) => {
    if (spoils(world, wide(iova), wide(size))) return HAZARD;
    if (overruns(world, num(place), num(offset), wide(size))) return HAZARD;
    const vaddr = address(world, num(place), num(offset));
    const range = { iova: wide(iova), size: wide(size) };
    const values = { argsz: num(argsz), flags: num(flags), vaddr, ...range };
    const bytes = filled(structs.iommuType1DmaMap, values, 32);
    return request(world, world.pick(world.containers, slot), "IOMMU_MAP_DMA", bytes);
  },
  unmap: (world, [slot, flags, iova, size, argsz]) => {
    const range = { iova: wide(iova), size: wide(size) };
    const values = { argsz: num(argsz), flags: num(flags), ...range };
    const bytes = filled(structs.iommuType1DmaUnmap, values, 24);
    return request(world, world.pick(world.containers, slot), "IOMMU_UNMAP_DMA", bytes);
  },
  unmapBitmap: (world, [slot, flags, iova, size, pgsize, bytes]) =>
    withBitmap(world, num(bytes), (data) => {
      const range = { iova: wide(iova), size: wide(size), pgsize: wide(pgsize) };
      const values = { argsz: 48, flags: num(flags), ...range, ...data };
      const argument = filled(unmapWithBitmap, values, 48);
      return request(world, world.pick(world.containers, slot), "IOMMU_UNMAP_DMA", argument);
    }),
  dirty: (world, [slot, flags, argsz]) =>
    request(
      world,
      world.pick(world.containers, slot),
      "IOMMU_DIRTY_PAGES",
      filled(structs.iommuType1DirtyBitmap, { argsz: num(argsz), flags: num(flags) }, 8),
    ),
  getBitmap: (world, [slot, iova, size, pgsize, bytes]) =>
    withBitmap(world, num(bytes), (data) => {
      const range = { iova: wide(iova), size: wide(size), pgsize: wide(pgsize) };
      const values = { argsz: 48, flags: 4, ...range, ...data };
      const argument = filled(getDirtyBitmap, values, 48);
      return request(world, world.pick(world.containers, slot), "IOMMU_DIRTY_PAGES", argument);
    }),
};

/** A zeroed bitmap at the end of the memory, as the kernel leaves it. */
function withBitmap(
  world: World,
  bytes: number,
  call: (data: { bitmap_size: bigint; data: bigint }) => string,
): string {
  const { m } = world.places;
  const bitmap = m.bytes.subarray(0x30000, 0x30100);
  bitmap.fill(0);
  const result = call({ bitmap_size: BigInt(bytes), data: m.address + 0x30000n });
  const words = Array.from(bitmap.subarray(0, 32), (byte) => byte.toString(16)).join("");
  return `${result} ${words.replace(/0+$/, "")}`;
}
