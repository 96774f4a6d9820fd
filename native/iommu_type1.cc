// Requests of the type1 IOMMU, on the container's file (drivers/vfio/vfio_iommu_type1.c).
#include <linux/vfio.h>

#include "request_rule.h"

namespace node_vfio {

namespace {

static_assert(sizeof(vfio_iommu_type1_dma_map) == 32);
static_assert(sizeof(vfio_iommu_type1_dma_unmap) == 24);
static_assert(sizeof(vfio_bitmap) == 24);
static_assert(sizeof(vfio_iommu_type1_dirty_bitmap) == 8);
static_assert(sizeof(vfio_iommu_type1_dirty_bitmap_get) == 40);

// The bitmap's bytes are written by the kernel.
bool BitmapIsOurs(const AddressSpace& space, const vfio_bitmap& bitmap) {
  const uint64_t data = reinterpret_cast<uintptr_t>(bitmap.data);
  return bitmap.size == 0 || space.Contains(data, bitmap.size, false);
}

// The pages of [vaddr, vaddr + size) get pinned, and devices read and write them.
bool MapPointers(const AddressSpace& space, const Payload& payload) {
  vfio_iommu_type1_dma_map map;
  if (!payload.Read(0, &map)) return true;
  return map.size == 0 || space.Contains(map.vaddr, map.size, true);
}

bool UnmapPointers(const AddressSpace& space, const Payload& payload) {
  vfio_iommu_type1_dma_unmap unmap;
  vfio_bitmap bitmap;
  if (!payload.Read(0, &unmap)) return true;
  if ((unmap.flags & VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP) == 0) return true;
  if (!payload.Read(sizeof unmap, &bitmap)) return true;
  return BitmapIsOurs(space, bitmap);
}

bool DirtyPagesPointers(const AddressSpace& space, const Payload& payload) {
  vfio_iommu_type1_dirty_bitmap header;
  vfio_iommu_type1_dirty_bitmap_get range;
  if (!payload.Read(0, &header)) return true;
  if ((header.flags & VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP) == 0) return true;
  if (!payload.Read(sizeof header, &range)) return true;
  return BitmapIsOurs(space, range.bitmap);
}

}  // namespace

RequestRules Type1Requests() {
  static constexpr RequestRule rules[] = {
      {VFIO_IOMMU_GET_INFO, Takes::kBytes, nullptr, nullptr},
      {VFIO_IOMMU_MAP_DMA, Takes::kBytes, MapPointers, nullptr},
      {VFIO_IOMMU_UNMAP_DMA, Takes::kBytes, UnmapPointers, nullptr},
      {VFIO_IOMMU_ENABLE, Takes::kNumber, nullptr, nullptr},  // sPAPR's; type1 says ENOTTY
      {VFIO_IOMMU_DISABLE, Takes::kNumber, nullptr, nullptr},
      {VFIO_IOMMU_DIRTY_PAGES, Takes::kBytes, DirtyPagesPointers, nullptr},
  };
  return {rules, sizeof rules / sizeof rules[0]};
}

}  // namespace node_vfio
