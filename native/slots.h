// Mapped device memory by slot number: what a register access finds in its frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace node_vfio {

// A window of at most 4 GiB, so that an offset in it is a 32-bit number. A larger mapping takes
// several slots in a row.
struct Slot {
  uint8_t* base = nullptr;
  uint64_t length = 0;
};

constexpr uint64_t kSlotBytes = uint64_t{1} << 32;

// A power of two, so that any number leads to a slot by masking it.
constexpr uint32_t kSlotCount = 16384;

template <typename Width>
constexpr unsigned kShift = sizeof(Width) == 8   ? 3
                            : sizeof(Width) == 4 ? 2
                                                 : sizeof(Width) / 2;

// Whether an access may go there at all. Rotating moves the bits of a misaligned offset to the top,
// so that one comparison finds both that and an offset past the end. The empty slot of a closed
// mapping has no end to be before.
template <typename Width>
inline bool IsInside(const Slot& slot, uint32_t offset) {
  constexpr unsigned shift = kShift<Width>;
  const uint32_t index = shift == 0 ? offset : offset >> shift | offset << (32 - shift);
  return index < slot.length >> shift;
}

class Slots {
 public:
  // Takes charge of a table of kSlotCount empty slots.
  void Use(Slot* table) { slots_ = table; }

  // Takes as many free slots in a row as the mapping needs; the first one's number, or 0 when the
  // table is full. Slot 0 stays empty: it is the slot of every closed mapping.
  uint32_t Add(uint8_t* base, uint64_t length);

  // Empties the slots of a mapping, which must be there.
  void Remove(uint32_t first);

  // The whole mapping whose first slot this is, or nullptr.
  const Slot* Whole(uint32_t first) const;

  // A mapping's first slot, or 0 when there is no mapping left.
  uint32_t Any() const { return mappings_.empty() ? 0 : mappings_.begin()->first; }

 private:
  Slot* slots_ = nullptr;
  uint32_t end_ = 1;                   // no slot from here on was ever taken
  std::map<uint32_t, Slot> mappings_;  // whole, by first slot
};

}  // namespace node_vfio
