// What newer kernels have and the header of the build machine may lack (Debian 12 has that of 6.1).
// Facts of include/uapi/linux/vfio.h, in names of our own so that no header version clashes.
#pragma once

#include <linux/types.h>
#include <linux/vfio.h>

#include <cstddef>

namespace node_vfio::abi {

// Since 6.8, VFIO_DEVICE_FEATURE_BUS_MASTER of 6.6 and what follows it. Feature numbers below
// are in every header that has VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE.
constexpr __u32 kFeatureMigrationState = 2;
constexpr __u32 kFeatureDmaLoggingStart = 6;
constexpr __u32 kFeatureDmaLoggingStop = 7;
constexpr __u32 kFeatureDmaLoggingReport = 8;
constexpr __u32 kFeatureMigrationDataSize = 9;
constexpr __u32 kFeatureBusMaster = 10;
constexpr __u32 kFeatureDmaBuf = 11;
constexpr __u32 kFeaturePrecopyInfoV2 = 12;

// The most ranges that DMA_LOGGING_START takes (LOG_MAX_RANGES: one page of them): E2BIG above.
constexpr __u32 kDmaLoggingMostRanges = 4096 / 16;

struct MigrationState {
  __u32 device_state;
  __s32 data_fd;
};
static_assert(sizeof(MigrationState) == 8);

struct DmaLoggingControl {
  __u64 page_size;
  __u32 num_ranges;
  __u32 reserved;
  __u64 ranges;  // pointer
};
static_assert(sizeof(DmaLoggingControl) == 24 && offsetof(DmaLoggingControl, ranges) == 16);

struct DmaLoggingRange {
  __u64 iova;
  __u64 length;
};
static_assert(sizeof(DmaLoggingRange) == 16);

struct DmaLoggingReport {
  __u64 iova;
  __u64 length;
  __u64 page_size;
  __u64 bitmap;  // pointer
};
static_assert(sizeof(DmaLoggingReport) == 32 && offsetof(DmaLoggingReport, bitmap) == 24);

// A device's own character device and iommufd (6.6). Later kernels take a token with `Bind`.
constexpr unsigned long kDeviceBindIommufd = _IO(VFIO_TYPE, VFIO_BASE + 18);
constexpr unsigned long kDeviceAttachIommufdPt = _IO(VFIO_TYPE, VFIO_BASE + 19);
constexpr unsigned long kDeviceDetachIommufdPt = _IO(VFIO_TYPE, VFIO_BASE + 20);
constexpr __u32 kBindFlagToken = 1;
constexpr size_t kTokenBytes = 16;

struct DeviceBind {
  __u32 argsz;
  __u32 flags;
  __s32 iommufd;
  __u32 out_devid;
};
static_assert(sizeof(DeviceBind) == 16);

// On the data file of a migration (6.2): how much is left to read.
constexpr unsigned long kMigGetPrecopyInfo = _IO(VFIO_TYPE, VFIO_BASE + 21);

struct PrecopyInfo {
  __u32 argsz;
  __u32 flags;
  __u64 initial_bytes;
  __u64 dirty_bytes;
};
static_assert(sizeof(PrecopyInfo) == 24);

#ifdef VFIO_DEVICE_FEATURE_DMA_LOGGING_START
static_assert(kFeatureDmaLoggingStart == VFIO_DEVICE_FEATURE_DMA_LOGGING_START);
static_assert(kFeatureDmaLoggingStop == VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP);
static_assert(kFeatureDmaLoggingReport == VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT);
static_assert(sizeof(DmaLoggingControl) == sizeof(vfio_device_feature_dma_logging_control));
static_assert(sizeof(DmaLoggingReport) == sizeof(vfio_device_feature_dma_logging_report));
#endif

#ifdef VFIO_DEVICE_FEATURE_MIG_DATA_SIZE
static_assert(kFeatureMigrationDataSize == VFIO_DEVICE_FEATURE_MIG_DATA_SIZE);
#endif

#ifdef VFIO_MIG_GET_PRECOPY_INFO
static_assert(kMigGetPrecopyInfo == VFIO_MIG_GET_PRECOPY_INFO);
static_assert(sizeof(PrecopyInfo) == sizeof(vfio_precopy_info));
#endif

#ifdef VFIO_DEVICE_FEATURE_BUS_MASTER
static_assert(kFeatureBusMaster == VFIO_DEVICE_FEATURE_BUS_MASTER);
#endif

}  // namespace node_vfio::abi
