// ioctl(2) in two entries: the checked one knows the request and verifies its pointers, the unsafe
// one passes everything. Both place the bytes of a struct before a guard page.
#pragma once

#include <node_api.h>

#include "environment.h"
#include "request_rule.h"

namespace node_vfio {

// One ioctl on its way.
struct Request {
  int fd;
  unsigned long number;
  bool unsafe;
  bool has_bytes;  // else `value` is the argument
  uint64_t value;
  uint8_t* bytes;  // before a guard page
  size_t length;
  const RequestRule* rule;
};

// Finds the rule and applies it: 0, or the errno to answer with instead of asking the kernel.
// EBADF: not our file. ENOTTY: a request that we do not know. EFAULT: bytes where a number belongs
// or the other way round, or a pointer to memory that is not ours.
int CheckRequest(const Environment& environment, Request* request);

// The system call itself: its result, or negative errno. Safe on any thread.
int64_t Issue(const Request& request);

// Takes charge of a file descriptor that a success opened: it, or -1.
int AdoptOpened(Environment& environment, const Request& request, int64_t result);

// ioctl and ioctlUnsafe (through the frame), ioctlBytes, ioctlAsync.
bool ExportIoctl(napi_env env, napi_value exports);

}  // namespace node_vfio
