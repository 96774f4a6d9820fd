#pragma once

#include <node_api.h>

namespace node_vfio {

struct Environment;

// mmap, munmap, read8 ... write64 (through the frame), readBytes, writeBytes.
bool ExportRegion(napi_env env, napi_value exports);

// munmap(2) of every mapped region of an environment that ends.
void UnmapAllRegions(Environment& environment);

}  // namespace node_vfio
