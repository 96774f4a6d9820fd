#pragma once

#include <node_api.h>

namespace node_vfio {

// read8 ... write64 (through the frame), copy.
bool ExportRegisterAccess(napi_env env, napi_value exports);

}  // namespace node_vfio
