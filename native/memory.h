#pragma once

#include <node_api.h>

namespace node_vfio {

// allocate, retire, hold, unhold.
bool ExportMemory(napi_env env, napi_value exports);

}  // namespace node_vfio
