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
  void Add(const void* start, size_t length, RangeKind kind);
  void Remove(const void* start);

  // Whether all of [start, start + length) lies in one range. RAM only, unless devices are meant
  // too: a mapped BAR may be mapped for DMA, but it is no place for a bitmap.
  bool Contains(uint64_t start, uint64_t length, bool devices) const;

 private:
  struct Range {
    size_t length;
    RangeKind kind;
  };
  std::map<uint64_t, Range> ranges_;  // by start
};

}  // namespace node_vfio
