// Requests of /dev/vfio/$GROUP.
#include <linux/vfio.h>

#include "request_rule.h"

namespace node_vfio {

static_assert(sizeof(vfio_group_status) == 8);

RequestRules GroupRequests() {
  static constexpr RequestRule rules[] = {
      {VFIO_GROUP_GET_STATUS, Takes::kBytes, nullptr, nullptr},
      {VFIO_GROUP_SET_CONTAINER, Takes::kBytes, nullptr, nullptr},  // an int: the container's fd
      {VFIO_GROUP_UNSET_CONTAINER, Takes::kNumber, nullptr, nullptr},
      {VFIO_GROUP_GET_DEVICE_FD, Takes::kBytes, nullptr, ResultIsDescriptor},  // a name with NUL
  };
  return {rules, sizeof rules / sizeof rules[0]};
}

}  // namespace node_vfio
