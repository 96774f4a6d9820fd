#pragma once

#include <node_api.h>

namespace node_vfio {

struct Environment;

// mmap, munmap.
bool ExportRegion(napi_env env, napi_value exports);

// munmap(2) of every mapped region of an environment that ends.
void UnmapAllRegions(Environment& environment);

}  // namespace node_vfio
