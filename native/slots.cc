#include "slots.h"

#include <algorithm>

namespace node_vfio {

namespace {

uint64_t Count(uint64_t length) { return (length + kSlotBytes - 1) / kSlotBytes; }

}  // namespace

uint32_t Slots::Add(uint8_t* base, uint64_t length) {
  const uint64_t count = Count(length);
  uint32_t first = 1;
  for (uint32_t i = 1; i < end_ && i - first < count; i++) {
    if (slots_[i].base != nullptr) first = i + 1;
  }
  if (count > kSlotCount - first) return 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint64_t start = i * kSlotBytes;
    slots_[first + i] = {base + start, std::min(length - start, kSlotBytes)};
  }
  end_ = std::max(end_, static_cast<uint32_t>(first + count));
  mappings_[first] = {base, length};
  return first;
}

void Slots::Remove(uint32_t first) {
  const auto found = mappings_.find(first);
  for (uint32_t i = 0; i < Count(found->second.length); i++) slots_[first + i] = {};
  mappings_.erase(found);
}

const Slot* Slots::Whole(uint32_t first) const {
  const auto found = mappings_.find(first);
  return found == mappings_.end() ? nullptr : &found->second;
}

}  // namespace node_vfio
