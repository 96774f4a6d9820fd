#pragma once

#include <node_api.h>

namespace node_vfio {

// eventfd, watch, watchRef, watchClose.
bool ExportEventfd(napi_env env, napi_value exports);

}  // namespace node_vfio
