// Calls: the empty Node-API call, and system calls and register accesses in a C loop.
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "baseline.h"

namespace baseline {
namespace {

/// The yardstick of register access: a raw Node-API function that does nothing.
napi_value noop(napi_env, napi_callback_info) { return nullptr; }

/// pread(fd, length, rounds): nanoseconds for all rounds, or -1 when one fails.
napi_value pread_loop(napi_env env, napi_callback_info info) {
  const Numbers in = numbers(env, info);
  const int fd = static_cast<int>(in.at[0]);
  const size_t length = static_cast<size_t>(in.at[1]);
  const int rounds = static_cast<int>(in.at[2]);
  const off_t offset = static_cast<off_t>(in.at[3]);
  static char buffer[1 << 16];
  if (length > sizeof(buffer)) return number(env, -1);
  const uint64_t start = now();
  for (int round = 0; round < rounds; ++round) {
    if (pread(fd, buffer, length, offset) < 0) return number(env, -1);
  }
  return number(env, static_cast<double>(now() - start));
}

/// ioctl(fd, request, rounds) with a 64-byte argument whose first word is `argsz`.
napi_value ioctl_loop(napi_env env, napi_callback_info info) {
  const Numbers in = numbers(env, info);
  const int fd = static_cast<int>(in.at[0]);
  const auto request = static_cast<unsigned long>(in.at[1]);
  const int rounds = static_cast<int>(in.at[2]);
  const auto argsz = static_cast<uint32_t>(in.at[3]);
  uint32_t argument[16] = {argsz};
  const uint64_t start = now();
  for (int round = 0; round < rounds; ++round) {
    argument[0] = argsz;
    if (ioctl(fd, request, argument) < 0) return number(env, -1);
  }
  return number(env, static_cast<double>(now() - start));
}

/// mapLoop(container, vaddr, iova, size, rounds): MAP_DMA and UNMAP_DMA of one range.
napi_value map_loop(napi_env env, napi_callback_info info) {
  const Numbers in = numbers(env, info);
  const int container = static_cast<int>(in.at[0]);
  const auto size = static_cast<uint64_t>(in.at[3]);
  const int rounds = static_cast<int>(in.at[4]);
  vfio_iommu_type1_dma_map map = {};
  map.argsz = sizeof(map);
  map.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;
  map.vaddr = static_cast<uint64_t>(in.at[1]);
  map.iova = static_cast<uint64_t>(in.at[2]);
  map.size = size;
  vfio_iommu_type1_dma_unmap unmap = {};
  unmap.argsz = sizeof(unmap);
  unmap.iova = map.iova;
  const uint64_t start = now();
  for (int round = 0; round < rounds; ++round) {
    if (ioctl(container, VFIO_IOMMU_MAP_DMA, &map) != 0) return number(env, -1);
    unmap.size = size;
    if (ioctl(container, VFIO_IOMMU_UNMAP_DMA, &unmap) != 0) return number(env, -1);
  }
  return number(env, static_cast<double>(now() - start));
}

struct Region {
  volatile uint8_t* base;
  uint64_t length;
  bool open;
};

/// Reads of 32 bits from cached RAM with the checks that the library makes: open, bounds, aligned.
napi_value checked_reads(napi_env env, napi_callback_info info) {
  const int rounds = static_cast<int>(numbers(env, info).at[0]);
  static uint8_t page[4096] = {};
  static volatile Region region = {page, sizeof(page), true};
  const uint64_t start = now();
  uint32_t sum = 0;
  for (int round = 0; round < rounds; ++round) {
    const uint64_t offset = static_cast<uint64_t>(round & 1023) * 4;
    if (!region.open || offset + 4 > region.length || (offset & 3) != 0) return number(env, -1);
    sum += *reinterpret_cast<volatile uint32_t*>(region.base + offset);
  }
  keep(sum);
  return number(env, static_cast<double>(now() - start));
}

uint32_t device_read(void* device, uint64_t offset) {
  return static_cast<uint32_t*>(device)[(offset >> 2) & 1023];
}

/// Calls through a function pointer that the compiler cannot see through: a device model in C.
napi_value pointer_calls(napi_env env, napi_callback_info info) {
  const int rounds = static_cast<int>(numbers(env, info).at[0]);
  static uint32_t registers[1024] = {};
  uint32_t (*volatile read)(void*, uint64_t) = device_read;
  const uint64_t start = now();
  uint32_t sum = 0;
  for (int round = 0; round < rounds; ++round) sum += read(registers, round & 0xffc);
  keep(sum);
  return number(env, static_cast<double>(now() - start));
}

}  // namespace

void define_calls(napi_env env, napi_value exports) {
  define(env, exports, "noop", noop);
  define(env, exports, "preadLoop", pread_loop);
  define(env, exports, "ioctlLoop", ioctl_loop);
  define(env, exports, "mapLoop", map_loop);
  define(env, exports, "checkedReads", checked_reads);
  define(env, exports, "pointerCalls", pointer_calls);
}

}  // namespace baseline
