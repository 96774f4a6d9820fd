// Goal: every size, offset and number that src/uapi has is the one the C++ compiler sees in
// linux/vfio.h. What this machine's header is too old for is compared with nothing, and said so.

import { describe, expect, it } from "vitest";
import * as flags from "../../src/uapi/flags.js";
import { Vfio } from "../../src/uapi/requests.js";
import * as structs from "../../src/uapi/structs.js";
import { evaluate, noCompiler, preprocessedHeader } from "./header.js";

const nested: Record<string, Record<string, string>> = {
  vfio_region_info_cap_sparse_mmap: capability(),
  vfio_region_info_cap_type: capability(),
  vfio_iommu_type1_info_cap_iova_range: capability(),
  vfio_iommu_type1_info_cap_migration: capability(),
  vfio_iommu_type1_info_dma_avail: capability(),
  vfio_device_feature_dma_logging_control: { reserved: "__reserved" },
  vfio_iommu_type1_dirty_bitmap_get: {
    pgsize: "bitmap.pgsize",
    bitmap_size: "bitmap.size",
    data: "bitmap.data",
  },
};

function capability(): Record<string, string> {
  return { id: "header.id", version: "header.version", next: "header.next" };
}

/** Prefixes under which a group of our constants stands in the header. */
const prefixes: Record<string, (name: string) => string> = {
  Extension: (name) => `VFIO_${name}`,
  GroupFlags: (name) => `VFIO_GROUP_FLAGS_${name}`,
  DeviceFlags: (name) => `VFIO_DEVICE_FLAGS_${name}`,
  RegionFlags: (name) => `VFIO_REGION_INFO_FLAG_${name}`,
  RegionCap: (name) => `VFIO_REGION_INFO_CAP_${name}`,
  IrqInfoFlags: (name) => `VFIO_IRQ_INFO_${name}`,
  IrqSetFlags: (name) => `VFIO_IRQ_SET_${name}`,
  PciRegion: (name) => `VFIO_PCI_${name}_REGION_INDEX`,
  PciIrq: (name) => `VFIO_PCI_${name}_IRQ_INDEX`,
  GfxPlaneFlags: (name) => `VFIO_GFX_PLANE_TYPE_${name}`,
  IoeventfdFlags: (name) => `VFIO_DEVICE_IOEVENTFD_${name.replace("SIZE_", "")}`,
  FeatureFlags: (name) => `VFIO_DEVICE_FEATURE_${name}`,
  Feature: (name) => `VFIO_DEVICE_FEATURE_${name}`,
  MigrationFlags: (name) => `VFIO_MIGRATION_${name}`,
  DeviceState: (name) => `VFIO_DEVICE_STATE_${name}`,
  IommuInfoFlags: (name) => `VFIO_IOMMU_INFO_${name}`,
  IommuCap: (name) =>
    name === "DMA_AVAIL" ? "VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL" : `VFIO_IOMMU_TYPE1_INFO_CAP_${name}`,
  DmaMapFlags: (name) => `VFIO_DMA_MAP_FLAG_${name}`,
  DmaUnmapFlags: (name) => `VFIO_DMA_UNMAP_FLAG_${name}`,
  DirtyPagesFlags: (name) => `VFIO_IOMMU_DIRTY_PAGES_FLAG_${name}`,
};

describe.skipIf(noCompiler)(`linux/vfio.h ${noCompiler ?? "of this machine"}`, () => {
  const header = noCompiler === undefined ? preprocessedHeader() : "";
  const has = (word: string) => new RegExp(`\\b${word}\\b`).test(header);
  const all = Object.values(structs);
  const known = all.filter(({ name }) => has(name));
  const newer = all.filter(({ name }) => !has(name)).map(({ name }) => name);

  it("has all structs but those of later kernels", () => {
    if (newer.length > 0) console.log(`not in this machine's header: ${newer.join(", ")}`);
    expect(newer.every((name) => /precopy|mig_|dma_logging|low_power/.test(name))).toBe(true);
  });

  it("places every field where we do", () => {
    const ours = known.flatMap(({ name, fields }) =>
      Object.entries(fields).map(
        ([field, { offset }]) =>
          [`offsetof(struct ${name}, ${nested[name]?.[field] ?? field})`, offset] as const,
      ),
    );
    expect(evaluate(ours.map(([text]) => text))).toEqual(new Map(ours));
  });

  it("gives every struct the size that we do", () => {
    const sizes = evaluate(known.map(({ name }) => `sizeof(struct ${name})`));
    for (const { name, size } of known) {
      // Linux 6.6 added a pad behind the last field that its users are told of.
      const newerPad = name === "vfio_device_info" ? 4 : 0;
      expect([size, size + newerPad], name).toContain(sizes.get(`sizeof(struct ${name})`));
    }
  });

  it("numbers every request as we do", () => {
    const ours = Object.entries(Vfio).map(([name, number]) => [`VFIO_${name}`, number] as const);
    const missing = ours.filter(([name]) => !has(name)).map(([name]) => name);
    expect(missing.filter((name) => !/IOMMUFD|PRECOPY/.test(name))).toEqual([]);
    const there = ours.filter(([name]) => has(name));
    expect(evaluate(there.map(([name]) => name))).toEqual(new Map(there));
  });

  it("has the flags and indices that we have", () => {
    const ours = Object.entries(flags).flatMap(([group, values]) =>
      Object.entries(values).map(
        ([name, value]) => [prefixes[group]?.(name) ?? group, value] as const,
      ),
    );
    const missing = ours.filter(([name]) => !has(name)).map(([name]) => name);
    const later = /NOIOMMU|FEATURE_|MIGRATION_|DEVICE_STATE_|CDX|LOW_POWER/;
    expect(missing.filter((name) => !later.test(name))).toEqual([]);
    const there = ours.filter(([name]) => has(name));
    expect(evaluate(there.map(([name]) => name))).toEqual(new Map(there));
  });
});
