// Mapped regions of a device: mmap(2) and munmap(2). What happens in them is in register_access.cc.
#include "region.h"

#include <errno.h>
#include <sys/mman.h>

#include "arguments.h"
#include "bus_error.h"
#include "environment.h"

namespace node_vfio {

namespace {

// mmap(fd, offset, length, protection, private): the first slot, or negative errno. The address is
// in the frame's `wide`.
napi_value Map(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int fd = 0;
  int64_t offset = 0;
  int64_t length = 0;
  int64_t protection = 0;
  bool is_private = false;
  if (!arguments.Descriptor(0, &fd) || !arguments.Integer(1, 0, INT64_MAX, &offset) ||
      !arguments.Integer(2, 0, INT64_MAX, &length) ||
      !arguments.Integer(3, 0, PROT_READ | PROT_WRITE, &protection) ||
      !arguments.Boolean(4, &is_private)) {
    return nullptr;
  }
  Environment* self = Environment::Of(env);
  if (!self->files.Has(fd)) return Outcome(env, -EBADF);
  CatchBusErrors();
  void* start = mmap(nullptr, static_cast<size_t>(length), static_cast<int>(protection),
                     is_private ? MAP_PRIVATE : MAP_SHARED, fd, static_cast<off_t>(offset));
  if (start == MAP_FAILED) return Outcome(env, -errno);
  // A child of fork(2) would hold the device, and its container, with the mapping.
  madvise(start, static_cast<size_t>(length), MADV_DONTFORK);
  const uint32_t slot = self->slots.Add(static_cast<uint8_t*>(start), static_cast<size_t>(length));
  if (slot == 0) return munmap(start, static_cast<size_t>(length)), Outcome(env, -ENOMEM);
  const size_t pages = RoundUp(static_cast<size_t>(length), PageSize());
  self->address_space.Add(start, pages, RangeKind::kDevice);
  self->frame->wide = reinterpret_cast<uintptr_t>(start);
  return Outcome(env, slot);
}

int UnmapRegion(Environment& self, uint32_t first) {
  const Slot* region = self.slots.Whole(first);
  if (region == nullptr) return -EBADF;
  const Slot whole = *region;
  self.slots.Remove(first);
  self.address_space.Forget(whole.base);
  return munmap(whole.base, whole.length) == 0 ? 0 : -errno;
}

// munmap(first slot)
napi_value Unmap(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t first = 0;
  if (!arguments.Integer(0, 0, UINT32_MAX, &first)) return nullptr;
  return Outcome(env, UnmapRegion(*Environment::Of(env), static_cast<uint32_t>(first)));
}

}  // namespace

void UnmapAllRegions(Environment& environment) {
  for (uint32_t first = environment.slots.Any(); first != 0; first = environment.slots.Any()) {
    UnmapRegion(environment, first);
  }
}

bool ExportRegion(napi_env env, napi_value exports) {
  return Export(env, exports, "mmap", Map) && Export(env, exports, "munmap", Unmap);
}

}  // namespace node_vfio
