#pragma once

#include <node_api.h>

namespace node_vfio {

// execute.
bool ExportBatch(napi_env env, napi_value exports);

}  // namespace node_vfio
