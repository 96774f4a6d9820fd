// VFIO_DEVICE_FEATURE: one request, many structs.
#pragma once

#include "request_rule.h"

namespace node_vfio {

bool FeaturePointers(const AddressSpace& space, const Payload& payload);
int FeatureOpened(const Payload& payload, int result);

}  // namespace node_vfio
