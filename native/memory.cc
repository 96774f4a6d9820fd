// RAM with an address, for DMA: mmap(2), anonymous, of huge pages, or of a memfd.
//
// Memory that JavaScript sees through an ArrayBuffer is unmapped by the finalizer of the buffer's
// backing store and by nothing else: the bytes can have moved to another ArrayBuffer
// (`buffer.transfer()`), and unmapping them under it would crash the next access.
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arguments.h"
#include "environment.h"

#ifndef MFD_HUGE_SHIFT
#define MFD_HUGE_SHIFT 26
#endif
#ifndef MAP_HUGE_SHIFT
#define MAP_HUGE_SHIFT 26
#endif

namespace node_vfio {

namespace {

struct Memory {
  Environment* environment;
  void* start;
  bool has_view;         // JavaScript sees it through an ArrayBuffer
  bool* gone = nullptr;  // where to say that it is gone, while it is being made
};

struct Wish {
  size_t length;
  int protection;
  size_t huge_page;  // bytes, 0 for ordinary pages
  bool shared;
};

int Log2(size_t value) {
  int bits = 0;
  while ((value >>= 1) != 0) bits++;
  return bits;
}

int OpenMemfd(const Wish& wish) {
  unsigned flags = MFD_CLOEXEC;
  if (wish.huge_page != 0) {
    flags |= MFD_HUGETLB | static_cast<unsigned>(Log2(wish.huge_page)) << MFD_HUGE_SHIFT;
  }
  const int fd = memfd_create("node-vfio", flags);
  if (fd < 0) return -errno;
  if (ftruncate(fd, static_cast<off_t>(wish.length)) == 0) return fd;
  const int error = errno;
  close(fd);
  return -error;
}

// 0, or a negative errno.
int MapMemory(const Wish& wish, void** start) {
  int flags = wish.shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
  int fd = -1;
  if (wish.shared) {
    fd = OpenMemfd(wish);
    if (fd < 0) return fd;
  } else if (wish.huge_page != 0) {
    flags |= MAP_HUGETLB | Log2(wish.huge_page) << MAP_HUGE_SHIFT;
  }
  *start = mmap(nullptr, wish.length, wish.protection, flags, fd, 0);
  const int error = *start == MAP_FAILED ? errno : 0;
  if (fd >= 0) close(fd);
  if (error != 0) return -error;
  // A child of fork(2) would share the pages copy-on-write, and this process would be the one
  // that gets the copy while the device goes on with the original.
  if (!wish.shared) madvise(*start, wish.length, MADV_DONTFORK);
  return 0;
}

// Whether JavaScript can still run: not while the environment ends.
bool CanRunJavaScript(napi_env env) {
  napi_value value = nullptr;
  return napi_get_undefined(env, &value) == napi_ok &&
         napi_coerce_to_bool(env, value, &value) == napi_ok;
}

// Runs when nothing can reach the bytes any more: the end of the backing store. And it runs when
// the environment ends, whoever has the bytes then: `transfer()` and a message can have brought
// them to another thread. That thread keeps the addresses, but not the pages: it reads zeroes.
void Unmap(napi_env env, void*, void* hint) {
  Memory* memory = static_cast<Memory*>(hint);
  if (memory->gone != nullptr) *memory->gone = true;
  const bool reachable = memory->has_view && !CanRunJavaScript(env);
  memory->environment->address_space.End(memory->start, reachable);
  delete memory;
}

// The view of memory that JavaScript may read and write is an ArrayBuffer; other memory would crash
// it, so that one is a handle without bytes.
bool MakeHandle(napi_env env, const Wish& wish, Memory* memory, napi_value* handle) {
  return memory->has_view
             ? napi_create_external_arraybuffer(env, memory->start, wish.length, Unmap, memory,
                                                handle) == napi_ok
             : napi_create_external(env, memory->start, Unmap, memory, handle) == napi_ok;
}

// allocate(length, protection, huge page bytes or 0, shared): the handle, or negative errno. The
// address is in the frame's `wide`, the length in whole pages in `position`.
napi_value Allocate(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t length = 0;
  int64_t protection = 0;
  int64_t huge_page = 0;
  bool shared = false;
  if (!arguments.Integer(0, 1, INT64_MAX, &length) ||
      !arguments.Integer(1, 0, PROT_READ | PROT_WRITE, &protection) ||
      !arguments.Integer(2, 0, int64_t{1} << 40, &huge_page) || !arguments.Boolean(3, &shared)) {
    return nullptr;
  }
  if ((huge_page & (huge_page - 1)) != 0) return Outcome(env, -EINVAL);
  const size_t unit = huge_page == 0 ? PageSize() : static_cast<size_t>(huge_page);
  const Wish wish{RoundUp(static_cast<size_t>(length), unit), static_cast<int>(protection),
                  static_cast<size_t>(huge_page), shared};
  void* start = nullptr;
  const int error = MapMemory(wish, &start);
  if (error != 0) return Outcome(env, error);
  Environment* self = Environment::Of(env);
  Memory* memory = new Memory{self, start, wish.protection == (PROT_READ | PROT_WRITE)};
  self->address_space.Add(start, wish.length, RangeKind::kMemory);
  bool gone = false;
  memory->gone = &gone;
  napi_value handle = nullptr;
  if (!MakeHandle(env, wish, memory, &handle)) {
    // Node may already have finalized what it could not make. Where it has not, it still can.
    if (!gone) memory->gone = nullptr;
    return Outcome(env, -ENOMEM);
  }
  memory->gone = nullptr;
  self->frame->wide = reinterpret_cast<uintptr_t>(start);
  self->frame->position = static_cast<double>(wish.length);
  return handle;
}

// retire(address in the frame's `wide`): no request may point there from now on. The pages go back
// when the handle is gone.
napi_value Retire(napi_env env, napi_callback_info) {
  Environment* self = Environment::Of(env);
  self->address_space.Retire(reinterpret_cast<void*>(self->frame->wide));
  return nullptr;
}

// hold(address in `wide`, length in `position`): the first address of what is held, in `wide`;
// EFAULT in the status where that is no memory of ours.
napi_value Hold(napi_env env, napi_callback_info) {
  Environment* self = Environment::Of(env);
  Frame& frame = *self->frame;
  if (!(frame.position >= 0 && frame.position <= 9007199254740991.0)) return Refuse(frame, EFAULT);
  frame.wide = self->address_space.Hold(frame.wide, static_cast<uint64_t>(frame.position));
  frame.status = frame.wide == 0 ? EFAULT : 0;
  return nullptr;
}

// unhold(first address in `wide`): ends one hold.
napi_value Unhold(napi_env env, napi_callback_info) {
  Environment* self = Environment::Of(env);
  self->address_space.Release(self->frame->wide);
  return nullptr;
}

}  // namespace

bool ExportMemory(napi_env env, napi_value exports) {
  return Export(env, exports, "allocate", Allocate) && Export(env, exports, "retire", Retire) &&
         Export(env, exports, "hold", Hold) && Export(env, exports, "unhold", Unhold);
}

}  // namespace node_vfio
