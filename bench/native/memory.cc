// Copies, and files that stand in for device regions.
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "baseline.h"

namespace baseline {
namespace {

/// memfd(length): a descriptor of a zeroed file in memory.
napi_value memfd(napi_env env, napi_callback_info info) {
  const int fd = memfd_create("bench", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, static_cast<off_t>(numbers(env, info).at[0])) != 0) {
    return number(env, -1);
  }
  return number(env, fd);
}

/// memcpy(length, rounds) in one buffer pair: nanoseconds.
napi_value copy_loop(napi_env env, napi_callback_info info) {
  const Numbers in = numbers(env, info);
  const size_t length = static_cast<size_t>(in.at[0]);
  const int rounds = static_cast<int>(in.at[1]);
  static uint8_t* source = new uint8_t[1 << 22]();
  static uint8_t* target = new uint8_t[1 << 22]();
  if (length > (1 << 22)) return number(env, -1);
  const uint64_t start = now();
  for (int round = 0; round < rounds; ++round) {
    memcpy(target, source, length);
    keep(target[round & 1023]);
  }
  return number(env, static_cast<double>(now() - start));
}

}  // namespace

void define_memory(napi_env env, napi_value exports) {
  define(env, exports, "memfd", memfd);
  define(env, exports, "copyLoop", copy_loop);
}

}  // namespace baseline
