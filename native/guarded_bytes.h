// Memory that ends at a page which nobody can read or write.
#pragma once

#include <cstddef>
#include <cstdint>

namespace node_vfio {

// Holds a struct for the kernel so that its last byte is the last one before a PROT_NONE page: a
// kernel that reads or writes more than the caller gave gets EFAULT, never a neighbour's bytes.
class GuardedBytes {
 public:
  GuardedBytes() = default;
  ~GuardedBytes();
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  // Makes room for so many bytes; false when the process is out of memory. Keeps no contents.
  bool Reserve(size_t length);

  // Where `length` bytes (at most as many as reserved) stand.
  uint8_t* Tail(size_t length) const { return end_ - length; }

  size_t capacity() const { return capacity_; }

 private:
  uint8_t* end_ = nullptr;
  size_t capacity_ = 0;
};

// The size of a page of this machine in bytes.
size_t PageSize();

// Rounds up to a multiple of a power of two; 0 when that does not fit into size_t.
size_t RoundUp(size_t length, size_t unit);

}  // namespace node_vfio
