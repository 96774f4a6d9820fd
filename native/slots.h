// Mapped device memory by slot number: what a register access finds in its frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace node_vfio {

// A window of at most 4 GiB, so that an offset in it is a 32-bit number. A larger mapping takes
// several slots in a row.
struct Slot {
  uint8_t* base = nullptr;
  uint64_t length = 0;
};

constexpr uint64_t kSlotBytes = uint64_t{1} << 32;

class Slots {
 public:
  // Slot 0 stays empty: it is the slot of every closed mapping.
  Slots() : slots_(1) {}

  // Takes as many free slots in a row as the mapping needs; the first one's number.
  uint32_t Add(uint8_t* base, uint64_t length);

  // Empties the slots of a mapping, which must be there.
  void Remove(uint32_t first);

  // The slot of a number, the empty one where there is none.
  const Slot& at(uint32_t number) const { return slots_[number < slots_.size() ? number : 0]; }

  // The whole mapping whose first slot this is, or nullptr.
  const Slot* Whole(uint32_t first) const;

  // A mapping's first slot, or 0 when there is no mapping left.
  uint32_t Any() const { return mappings_.empty() ? 0 : mappings_.begin()->first; }

 private:
  static size_t Count(uint64_t length) { return (length + kSlotBytes - 1) / kSlotBytes; }

  std::vector<Slot> slots_;
  std::map<uint32_t, Slot> mappings_;  // whole, by first slot
};

}  // namespace node_vfio
