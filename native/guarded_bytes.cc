#include "guarded_bytes.h"

#include <sys/mman.h>
#include <unistd.h>

namespace node_vfio {

size_t PageSize() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

size_t RoundUp(size_t length, size_t unit) {
  return length > SIZE_MAX - (unit - 1) ? 0 : (length + unit - 1) & ~(unit - 1);
}

GuardedBytes::~GuardedBytes() {
  if (end_ != nullptr) munmap(end_ - capacity_, capacity_ + PageSize());
}

bool GuardedBytes::Reserve(size_t length) {
  if (length <= capacity_ && end_ != nullptr) return true;
  const size_t capacity = RoundUp(length == 0 ? 1 : length, PageSize());
  if (capacity == 0 || capacity > SIZE_MAX - PageSize()) return false;
  void* start = mmap(nullptr, capacity + PageSize(), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return false;
  uint8_t* end = static_cast<uint8_t*>(start) + capacity;
  if (mprotect(end, PageSize(), PROT_NONE) != 0) {
    munmap(start, capacity + PageSize());
    return false;
  }
  if (end_ != nullptr) munmap(end_ - capacity_, capacity_ + PageSize());
  end_ = end;
  capacity_ = capacity;
  return true;
}

}  // namespace node_vfio
