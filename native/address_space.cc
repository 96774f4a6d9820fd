#include "address_space.h"

#include <sys/mman.h>

namespace node_vfio {

namespace {

// A hold on a range that needs none. No range begins there.
constexpr uint64_t kNothingHeld = 1;

}  // namespace

void AddressSpace::Add(const void* start, size_t length, RangeKind kind) {
  Range range{};
  range.length = length;
  range.kind = kind;
  ranges_[Key(start)] = range;
}

void AddressSpace::Retire(const void* start) {
  const auto found = ranges_.find(Key(start));
  if (found != ranges_.end() && found->second.kind == RangeKind::kMemory) {
    found->second.retired = true;
  }
}

void AddressSpace::End(const void* start, bool reachable) {
  const auto found = ranges_.find(Key(start));
  if (found == ranges_.end()) return;
  found->second.retired = true;
  found->second.ended = true;
  found->second.reachable = reachable;
  if (found->second.holds == 0) Unmap(found);
}

AddressSpace::Ranges::const_iterator AddressSpace::Find(uint64_t start, uint64_t length) const {
  auto next = ranges_.upper_bound(start);
  if (next == ranges_.begin()) return ranges_.end();
  const auto candidate = --next;
  const Range& range = candidate->second;
  const uint64_t before = start - candidate->first;
  const bool inside = before <= range.length && length <= range.length - before;
  return inside && !range.retired ? candidate : ranges_.end();
}

bool AddressSpace::Contains(uint64_t start, uint64_t length, bool devices) const {
  const auto range = Find(start, length);
  return range != ranges_.end() && (devices || range->second.kind == RangeKind::kMemory);
}

uint64_t AddressSpace::Hold(uint64_t start, uint64_t length) {
  const auto range = Find(start, length);
  if (range == ranges_.end()) return 0;
  // What replaces a device mapping at its address must not lose a hold to it.
  if (range->second.kind == RangeKind::kDevice) return kNothingHeld;
  ranges_[range->first].holds++;
  return range->first;
}

void AddressSpace::Release(uint64_t first) {
  const auto found = ranges_.find(first);
  if (found == ranges_.end() || found->second.holds == 0) return;
  if (--found->second.holds == 0 && found->second.ended) Unmap(found);
}

void AddressSpace::EndHeld() {
  for (auto next = ranges_.begin(); next != ranges_.end();) {
    const auto range = next++;
    if (range->second.ended) Unmap(range);
  }
}

void AddressSpace::Unmap(Ranges::iterator range) {
  void* start = reinterpret_cast<void*>(range->first);
  const size_t length = range->second.length;
  if (range->second.reachable) {
    mmap(start, length, PROT_READ | PROT_WRITE,
         MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  } else {
    munmap(start, length);
  }
  ranges_.erase(range);
}

}  // namespace node_vfio
