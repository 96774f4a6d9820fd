#include "slots.h"

#include <algorithm>

namespace node_vfio {

uint32_t Slots::Add(uint8_t* base, uint64_t length) {
  const size_t count = Count(length);
  size_t first = 1;
  size_t free = 0;
  for (size_t i = 1; i < slots_.size() && free < count; i++) {
    free = slots_[i].base == nullptr ? free + 1 : 0;
    if (free == 0) first = i + 1;
  }
  if (slots_.size() < first + count) slots_.resize(first + count);
  for (size_t i = 0; i < count; i++) {
    const uint64_t start = i * kSlotBytes;
    slots_[first + i] = {base + start, std::min(length - start, kSlotBytes)};
  }
  mappings_[static_cast<uint32_t>(first)] = {base, length};
  return static_cast<uint32_t>(first);
}

void Slots::Remove(uint32_t first) {
  const auto found = mappings_.find(first);
  for (size_t i = 0; i < Count(found->second.length); i++) slots_[first + i] = {};
  mappings_.erase(found);
}

const Slot* Slots::Whole(uint32_t first) const {
  const auto found = mappings_.find(first);
  return found == mappings_.end() ? nullptr : &found->second;
}

}  // namespace node_vfio
