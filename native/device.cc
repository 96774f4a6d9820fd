// Requests of a device's file.
#include <linux/vfio.h>

#include "device_feature.h"
#include "kernel_abi.h"
#include "request_rule.h"

namespace node_vfio {

static_assert(sizeof(vfio_region_info) == 32);
static_assert(sizeof(vfio_irq_info) == 16);
static_assert(sizeof(vfio_irq_set) == 20);
static_assert(sizeof(vfio_pci_hot_reset_info) == 12);
static_assert(sizeof(vfio_pci_hot_reset) == 12);
static_assert(sizeof(vfio_device_gfx_plane_info) == 64);
static_assert(sizeof(vfio_device_ioeventfd) == 32);
static_assert(sizeof(vfio_device_feature) == 8);

namespace {

// The token is read: 16 bytes of a UUID.
bool BindPointers(const AddressSpace& space, const Payload& payload) {
  abi::DeviceBind bind;
  uint64_t token = 0;
  if (!payload.Read(0, &bind) || (bind.flags & abi::kBindFlagToken) == 0) return true;
  if (!payload.Read(sizeof bind, &token)) return true;
  return space.Contains(token, abi::kTokenBytes, false);
}

}  // namespace

RequestRules DeviceRequests() {
  static constexpr RequestRule rules[] = {
      {VFIO_DEVICE_GET_INFO, Takes::kBytes, nullptr, nullptr},
      {VFIO_DEVICE_GET_REGION_INFO, Takes::kBytes, nullptr, nullptr},
      {VFIO_DEVICE_GET_IRQ_INFO, Takes::kBytes, nullptr, nullptr},
      {VFIO_DEVICE_SET_IRQS, Takes::kBytes, nullptr, nullptr},
      {VFIO_DEVICE_RESET, Takes::kNumber, nullptr, nullptr},
      {VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, Takes::kBytes, nullptr, nullptr},
      {VFIO_DEVICE_PCI_HOT_RESET, Takes::kBytes, nullptr, nullptr},
      {VFIO_DEVICE_QUERY_GFX_PLANE, Takes::kBytes, nullptr, nullptr},
      {VFIO_DEVICE_GET_GFX_DMABUF, Takes::kBytes, nullptr, ResultIsDescriptor},
      {VFIO_DEVICE_IOEVENTFD, Takes::kBytes, nullptr, nullptr},
      {VFIO_DEVICE_FEATURE, Takes::kBytes, FeaturePointers, FeatureOpened},
      {abi::kDeviceBindIommufd, Takes::kBytes, BindPointers, nullptr},
      {abi::kDeviceAttachIommufdPt, Takes::kBytes, nullptr, nullptr},
      {abi::kDeviceDetachIommufdPt, Takes::kBytes, nullptr, nullptr},
  };
  return {rules, sizeof rules / sizeof rules[0]};
}

}  // namespace node_vfio
