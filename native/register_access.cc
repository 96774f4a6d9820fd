// Accesses to mapped device memory through the frame: one of exact width for each call, and copies.
#include "register_access.h"

#include <errno.h>

#include <cstring>

#include "access.h"
#include "arguments.h"
#include "environment.h"

namespace node_vfio {

namespace {

template <typename Width>
__attribute__((noinline, cold)) napi_value Misplaced(Frame& frame) {
  return Refuse(frame, (frame.offset & (sizeof(Width) - 1)) != 0 ? EINVAL : ERANGE);
}

template <typename Width>
napi_value Read(HotState& state) {
  Frame& frame = state.frame;
  const Slot& slot = state.slots[frame.slot % kSlotCount];
  const uint32_t offset = frame.offset;
  if (__builtin_expect(!IsInside<Width>(slot, offset), 0)) return Misplaced<Width>(frame);
  Width value = 0;
  frame.status = Load(slot.base + offset, &value);
  AfterRead();
  if (sizeof(Width) == 8) {
    frame.wide = value;
  } else {
    frame.value = static_cast<uint32_t>(value);
  }
  return nullptr;
}

template <typename Width>
napi_value Write(HotState& state) {
  Frame& frame = state.frame;
  const Slot& slot = state.slots[frame.slot % kSlotCount];
  const uint32_t offset = frame.offset;
  if (__builtin_expect(!IsInside<Width>(slot, offset), 0)) return Misplaced<Width>(frame);
  const auto value = static_cast<Width>(sizeof(Width) == 8 ? frame.wide : frame.value);
  BeforeDoorbell();
  frame.status = Store(slot.base + offset, value);
  return nullptr;
}

// Moves one naturally aligned piece and says how long it was: 0 after a bus error.
template <typename Width>
size_t MovePiece(uint8_t* device, uint8_t* memory, bool to_device) {
  Width value;
  if (to_device) {
    std::memcpy(&value, memory, sizeof value);
    return Store(device, value) == 0 ? sizeof value : 0;
  }
  if (Load(device, &value) != 0) return 0;
  std::memcpy(memory, &value, sizeof value);
  return sizeof value;
}

// The widest naturally aligned accesses that fit: bytes up to the first 8-byte boundary, words, and
// the rest.
bool Copy(uint8_t* device, uint8_t* memory, size_t length, bool to_device) {
  size_t moved = 0;
  while (moved < length) {
    uint8_t* at = device + moved;
    const uintptr_t place = reinterpret_cast<uintptr_t>(at);
    const size_t left = length - moved;
    size_t step = 0;
    if (left >= 8 && (place & 7) == 0) {
      step = MovePiece<uint64_t>(at, memory + moved, to_device);
    } else if (left >= 4 && (place & 3) == 0) {
      step = MovePiece<uint32_t>(at, memory + moved, to_device);
    } else if (left >= 2 && (place & 1) == 0) {
      step = MovePiece<uint16_t>(at, memory + moved, to_device);
    } else {
      step = MovePiece<uint8_t>(at, memory + moved, to_device);
    }
    if (step == 0) return false;
    moved += step;
  }
  return true;
}

// copy(bytes, to the device): the slot is in the frame, the offset in the mapping in `position`
// (from the first slot's start, as mappings are contiguous).
napi_value CopyBytes(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Bytes bytes{};
  bool to_device = false;
  if (!arguments.Uint8Array(0, &bytes) || !arguments.Boolean(1, &to_device)) return nullptr;
  Environment* self = Environment::Of(env);
  Frame& frame = *self->frame;
  const Slot* region = self->slots.Whole(frame.slot);
  if (region == nullptr) return Refuse(frame, EBADF);
  if (!(frame.position >= 0 && frame.position <= static_cast<double>(region->length))) {
    return Refuse(frame, ERANGE);
  }
  const auto offset = static_cast<uint64_t>(frame.position);
  if (bytes.length > region->length - offset) return Refuse(frame, ERANGE);
  if (to_device) BeforeDoorbell();
  frame.status = Copy(region->base + offset, bytes.data, bytes.length, to_device) ? 0 : EIO;
  if (!to_device) AfterRead();
  return nullptr;
}

}  // namespace

bool ExportRegisterAccess(napi_env env, napi_value exports) {
  return Export(env, exports, "read8", FrameCall<Read<uint8_t>>) &&
         Export(env, exports, "read16", FrameCall<Read<uint16_t>>) &&
         Export(env, exports, "read32", FrameCall<Read<uint32_t>>) &&
         Export(env, exports, "read64", FrameCall<Read<uint64_t>>) &&
         Export(env, exports, "write8", FrameCall<Write<uint8_t>>) &&
         Export(env, exports, "write16", FrameCall<Write<uint16_t>>) &&
         Export(env, exports, "write32", FrameCall<Write<uint32_t>>) &&
         Export(env, exports, "write64", FrameCall<Write<uint64_t>>) &&
         Export(env, exports, "copy", CopyBytes);
}

}  // namespace node_vfio
