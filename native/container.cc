// Requests of /dev/vfio/vfio itself. What it does not know it passes to its IOMMU driver
// (iommu_type1.cc).
#include <linux/vfio.h>

#include "request_rule.h"

namespace node_vfio {

RequestRules ContainerRequests() {
  static constexpr RequestRule rules[] = {
      {VFIO_GET_API_VERSION, Takes::kNumber, nullptr, nullptr},
      {VFIO_CHECK_EXTENSION, Takes::kNumber, nullptr, nullptr},
      {VFIO_SET_IOMMU, Takes::kNumber, nullptr, nullptr},
  };
  return {rules, sizeof rules / sizeof rules[0]};
}

}  // namespace node_vfio
