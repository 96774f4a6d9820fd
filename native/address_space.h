// The memory that this environment allocated or mapped, and still has. A pointer inside an ioctl's
// struct must lie in it: the kernel would pin, read or write whatever else stands there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace node_vfio {

enum class RangeKind : unsigned char { kMemory, kDevice };

class AddressSpace {
 public:
  AddressSpace() = default;
  AddressSpace(const AddressSpace&) = delete;
  AddressSpace& operator=(const AddressSpace&) = delete;

  void Add(const void* start, size_t length, RangeKind kind);

  // No pointer may lead there from now on; the pages stay. For RAM that the program let go of.
  void Retire(const void* start);

  // The end of a device mapping, which its owner unmaps.
  void Forget(const void* start) { ranges_.erase(Key(start)); }

  // The end of RAM: unmaps it, now or when the last hold on it is gone. Where somebody may still
  // reach its addresses, empty pages take its place instead.
  void End(const void* start, bool reachable);

  // Whether all of [start, start + length) lies in one range. RAM only, unless devices are meant
  // too: a mapped BAR may be mapped for DMA, but it is no place for a bitmap.
  bool Contains(uint64_t start, uint64_t length, bool devices) const;

  // Keeps the RAM around [start, start + length) from being unmapped: its first address, to be
  // given to `Release`; 0 where that is no memory of ours. A device mapping is not kept.
  uint64_t Hold(uint64_t start, uint64_t length);
  void Release(uint64_t first);

  // Unmaps what only holds keep, whoever has them: the environment is over and its files closed.
  void EndHeld();

 private:
  struct Range {
    size_t length;
    RangeKind kind;
    bool retired = false;  // nothing new may refer to it
    bool ended = false;    // only holds keep it
    bool reachable = false;
    size_t holds = 0;
  };
  using Ranges = std::map<uint64_t, Range>;

  static uint64_t Key(const void* start) { return reinterpret_cast<uintptr_t>(start); }
  Ranges::const_iterator Find(uint64_t start, uint64_t length) const;
  void Unmap(Ranges::iterator range);

  Ranges ranges_;  // by start
};

}  // namespace node_vfio
