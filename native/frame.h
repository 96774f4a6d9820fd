// The frame: a small memory that TypeScript and native code share. TypeScript writes the arguments
// of a call into it, calls a native function without arguments, and reads the answer from it. That
// is several times cheaper than passing JavaScript values (napi_get_typedarray_info alone costs
// what five such calls cost). src/linux/frame.ts has the same layout; a test compares the two.
#pragma once

#include <cstddef>
#include <cstdint>

namespace node_vfio {

// Bytes of the whole frame. It ends at a page that nobody can read or write, and the bytes of an
// ioctl's struct are placed so that they end there too: the kernel cannot go past them.
//
// Not whole pages, on purpose: the fields stand at 0xec0 of their page, where few devices have
// registers. A processor takes a load for a copy of an earlier store if the low 12 bits of their
// addresses agree, and to find out that they are not costs a tenth of a register access.
constexpr size_t kFrameSize = 8512;

// Bytes that the data area can carry; what is longer is passed as a JavaScript buffer.
constexpr size_t kFrameData = kFrameSize - 64;

struct Frame {
  uint32_t status;   // 0, or an errno (also of a register access: EBADF, ERANGE, EINVAL, EIO)
  uint32_t slot;     // mapping slot of a register access
  uint32_t offset;   // byte offset within the slot
  uint32_t value;    // value read or to be written: 8, 16, 32 bits
  uint64_t wide;     // 64-bit value; an address; an ioctl's number
  double position;   // file offset; an eventfd's count
  int32_t fd;        // file descriptor of a system call
  uint32_t request;  // ioctl request
  uint32_t length;   // bytes in the data area, or kNumber
  int32_t result;    // what the system call returned
  int32_t opened;    // file descriptor that an ioctl opened, or -1
  uint32_t reserved[3];
  uint8_t data[kFrameData];

  // Where `length` bytes stand so that they end at the guard page.
  uint8_t* tail(size_t length) { return data + (kFrameData - length); }
};

// Ends a call that is wrong by its frame alone. Returns what native functions return: nothing.
inline std::nullptr_t Refuse(Frame& frame, int error) {
  frame.status = static_cast<uint32_t>(error);
  return nullptr;
}

// Frame::length of an ioctl whose argument is the number in Frame::wide.
constexpr uint32_t kNumber = 0xffffffff;

static_assert(sizeof(Frame) == kFrameSize);
static_assert(offsetof(Frame, wide) == 16 && offsetof(Frame, position) == 24);
static_assert(offsetof(Frame, fd) == 32 && offsetof(Frame, data) == 64);

}  // namespace node_vfio
