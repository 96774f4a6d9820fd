// The addon: what src/linux/ calls. Every function is one system call, or one access to mapped
// device memory; src/linux/addon.ts has their types.
#include "batch.h"
#include "calls.h"
#include "environment.h"
#include "eventfd.h"
#include "ioctl.h"
#include "memory.h"
#include "region.h"
#include "register_access.h"
#include "sysfs.h"

NAPI_MODULE_INIT() {
  using namespace node_vfio;
  napi_value page_size = nullptr;
  napi_create_uint32(env, static_cast<uint32_t>(PageSize()), &page_size);
  napi_set_named_property(env, exports, "pageSize", page_size);
  const bool made = Environment::Create(env, exports) && ExportCalls(env, exports) &&
                    ExportIoctl(env, exports) && ExportRegion(env, exports) &&
                    ExportRegisterAccess(env, exports) && ExportBatch(env, exports) &&
                    ExportEventfd(env, exports) && ExportMemory(env, exports) &&
                    ExportSysfs(env, exports);
  if (!made) {
    napi_throw_error(env, "ERR_DLOPEN_FAILED", "node-vfio: cannot set up the native part");
  }
  return exports;
}
