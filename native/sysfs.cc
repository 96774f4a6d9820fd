// Writing a sysfs attribute: one write(2) with the exact bytes. No truncation, no creation, no
// retry: an attribute acts on each write, so a second one would be a second action.
#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "arguments.h"
#include "environment.h"

namespace node_vfio {

namespace {

// sysfsWrite(path, bytes): bytes written. The frame's status is non-zero where it was open(2) that
// failed, so that the error can name the system call.
napi_value SysfsWrite(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  std::string path;
  Bytes bytes{};
  if (!arguments.Text(0, &path) || !arguments.Uint8Array(1, &bytes)) return nullptr;
  Frame& frame = *Environment::Of(env)->frame;
  frame.status = 0;
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) {
    frame.status = static_cast<uint32_t>(errno);
    return Outcome(env, -errno);
  }
  const ssize_t written = write(fd, bytes.data, bytes.length);
  const int error = errno;
  close(fd);
  return Outcome(env, written < 0 ? -error : written);
}

}  // namespace

bool ExportSysfs(napi_env env, napi_value exports) {
  return Export(env, exports, "sysfsWrite", SysfsWrite);
}

}  // namespace node_vfio
