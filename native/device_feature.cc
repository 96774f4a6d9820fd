#include "device_feature.h"

#include <linux/vfio.h>

#include "kernel_abi.h"

namespace node_vfio {

namespace {

constexpr size_t kData = sizeof(vfio_device_feature);

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature_logging_start() reads the ranges.
bool LoggingRanges(const AddressSpace& space, const Payload& payload) {
  abi::DmaLoggingControl control;
  if (!payload.Read(kData, &control)) return true;
  const uint64_t length = uint64_t{control.num_ranges} * sizeof(abi::DmaLoggingRange);
  return length == 0 || control.num_ranges > abi::kDmaLoggingMostRanges ||
         space.Contains(control.ranges, length, false);
}

// vfio_ioctl_device_feature_logging_report(): a bit for each page, in whole 64-bit words.
bool LoggingBitmap(const AddressSpace& space, const Payload& payload) {
  abi::DmaLoggingReport report;
  if (!payload.Read(kData, &report)) return true;
  // The kernel refuses these page sizes (EINVAL) before it looks at the bitmap.
  const bool power_of_two = (report.page_size & (report.page_size - 1)) == 0;
  if (report.page_size < 4096 || !power_of_two || report.length == 0) return true;
  const uint64_t pages = (report.length - 1) / report.page_size + 1;
  return space.Contains(report.bitmap, ((pages - 1) / 64 + 1) * 8, false);
}

}  // namespace

bool FeaturePointers(const AddressSpace& space, const Payload& payload) {
  vfio_device_feature feature;
  if (!payload.Read(0, &feature)) return true;
  switch (feature.flags & VFIO_DEVICE_FEATURE_MASK) {
    case abi::kFeatureDmaLoggingStart:
      return LoggingRanges(space, payload);
    case abi::kFeatureDmaLoggingReport:
      return LoggingBitmap(space, payload);
    default:
      return true;
  }
}

int FeatureOpened(const Payload& payload, int result) {
  vfio_device_feature feature;
  if (!payload.Read(0, &feature)) return -1;
  if ((feature.flags & VFIO_DEVICE_FEATURE_PROBE) != 0) return -1;
  const bool get = (feature.flags & VFIO_DEVICE_FEATURE_GET) != 0;
  switch (feature.flags & VFIO_DEVICE_FEATURE_MASK) {
    case abi::kFeatureDmaBuf:
      return get ? result : -1;
    case abi::kFeatureMigrationState: {
      abi::MigrationState state;
      return !get && payload.Read(kData, &state) ? state.data_fd : -1;
    }
    default:
      return -1;
  }
}

}  // namespace node_vfio
