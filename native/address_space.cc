#include "address_space.h"

namespace node_vfio {

namespace {

uint64_t Key(const void* start) { return reinterpret_cast<uintptr_t>(start); }

}  // namespace

void AddressSpace::Add(const void* start, size_t length, RangeKind kind) {
  ranges_[Key(start)] = {length, kind};
}

void AddressSpace::Remove(const void* start) { ranges_.erase(Key(start)); }

bool AddressSpace::Contains(uint64_t start, uint64_t length, bool devices) const {
  auto next = ranges_.upper_bound(start);
  if (next == ranges_.begin()) return false;
  const auto& [first, range] = *--next;
  const uint64_t before = start - first;
  return before <= range.length && length <= range.length - before &&
         (devices || range.kind == RangeKind::kMemory);
}

}  // namespace node_vfio
