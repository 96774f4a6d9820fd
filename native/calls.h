#pragma once

#include <node_api.h>

namespace node_vfio {

// open, close, closeAsync, dup, and the transfers: read, write, pread, pwrite through the frame,
// readBuffer, writeBuffer, preadBuffer, pwriteBuffer in place.
bool ExportCalls(napi_env env, napi_value exports);

}  // namespace node_vfio
