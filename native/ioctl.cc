#include "ioctl.h"

#include <errno.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstring>

#include "arguments.h"
#include "async.h"
#include "kernel_abi.h"

namespace node_vfio {

namespace {

constexpr RequestRule kMigrationDataRules[] = {
    {abi::kMigGetPrecopyInfo, Takes::kBytes, nullptr, nullptr},
};

// A file answers its own requests; a container passes the rest to its IOMMU driver.
const RequestRule* FindRule(FileKind kind, unsigned long number) {
  const RequestRule* rule = nullptr;
  switch (kind) {
    case FileKind::kContainer:
      rule = ContainerRequests().Find(number);
      return rule != nullptr ? rule : Type1Requests().Find(number);
    case FileKind::kGroup:
      return GroupRequests().Find(number);
    case FileKind::kDevice:
      return DeviceRequests().Find(number);
    default:
      return RequestRules{kMigrationDataRules, 1}.Find(number);
  }
}

// A request on the wrong kind of file is the kernel's to refuse, and until it has, it must be safe
// by every reading.
int CheckForeign(const Environment& environment, const Request& request) {
  bool known = false;
  for (FileKind kind :
       {FileKind::kContainer, FileKind::kGroup, FileKind::kDevice, FileKind::kOther}) {
    const RequestRule* rule = FindRule(kind, request.number);
    if (rule == nullptr) continue;
    known = true;
    if (rule->pointers != nullptr && request.has_bytes &&
        !rule->pointers(environment.address_space, {request.bytes, request.length})) {
      return EFAULT;
    }
    if (rule->takes == Takes::kBytes && !request.has_bytes && request.value != 0) return EFAULT;
  }
  return known ? 0 : ENOTTY;
}

}  // namespace

int CheckRequest(const Environment& environment, Request* request) {
  const FileKind kind = environment.files.Kind(request->fd);
  if (kind == FileKind::kNone) return EBADF;
  request->rule = FindRule(kind, request->number);
  if (request->unsafe) return 0;
  const RequestRule* rule = request->rule;
  if (rule == nullptr) return CheckForeign(environment, *request);
  if (!request->has_bytes) {
    // A null pointer is safe: the kernel says EFAULT in its own order.
    return rule->takes == Takes::kNumber || request->value == 0 ? 0 : EFAULT;
  }
  if (rule->takes == Takes::kNumber) return EFAULT;
  const Payload payload{request->bytes, request->length};
  return rule->pointers == nullptr || rule->pointers(environment.address_space, payload) ? 0
                                                                                         : EFAULT;
}

int64_t Issue(const Request& request) {
  const int result = request.has_bytes ? ioctl(request.fd, request.number, request.bytes)
                                       : ioctl(request.fd, request.number,
                                               static_cast<unsigned long>(request.value));
  return result < 0 ? -errno : result;
}

int AdoptOpened(Environment& environment, const Request& request, int64_t result) {
  if (result < 0 || request.rule == nullptr || request.rule->opened == nullptr) return -1;
  const int fd = request.rule->opened({request.bytes, request.has_bytes ? request.length : 0},
                                      static_cast<int>(result));
  if (fd < 0) return -1;
  if (environment.ending) return close(fd), -1;
  const bool is_device = request.number == VFIO_GROUP_GET_DEVICE_FD;
  environment.files.Add(fd, is_device ? FileKind::kDevice : FileKind::kOther);
  return fd;
}

namespace {

void Finish(Environment& self, const Request& request, int64_t result) {
  self.frame->opened = AdoptOpened(self, request, result);
  self.frame->status = result < 0 ? static_cast<uint32_t>(-result) : 0;
  self.frame->result = result < 0 ? -1 : static_cast<int32_t>(result);
}

template <bool kUnsafe>
napi_value FrameIoctl(napi_env env, napi_callback_info) {
  Environment* self = Environment::Of(env);
  Frame& frame = *self->frame;
  const uint32_t length = frame.length;
  Request request{frame.fd,   frame.request, kUnsafe, length != kNumber,
                  frame.wide, nullptr,       length,  nullptr};
  if (request.has_bytes) {
    if (length > kFrameData) return Refuse(frame, EINVAL);
    request.bytes = frame.tail(length);
  }
  const int error = CheckRequest(*self, &request);
  Finish(*self, request, error != 0 ? -error : Issue(request));
  return nullptr;
}

// ioctlBytes(fd, request, bytes, unsafe): for what is too long for the frame. The outcome is in
// the frame, as with the short ones.
napi_value IoctlBytes(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Environment* self = Environment::Of(env);
  int fd = 0;
  int64_t number = 0;
  Bytes bytes{};
  bool unsafe = false;
  if (!arguments.Descriptor(0, &fd) || !arguments.Integer(1, 0, UINT32_MAX, &number) ||
      !arguments.Uint8Array(2, &bytes) || !arguments.Boolean(3, &unsafe)) {
    return nullptr;
  }
  Request request{
      fd, static_cast<unsigned long>(number), unsafe, true, 0, nullptr, bytes.length, nullptr};
  if (!self->arena.Reserve(bytes.length)) return Finish(*self, request, -ENOMEM), nullptr;
  request.bytes = self->arena.Tail(bytes.length);
  if (bytes.length != 0) std::memcpy(request.bytes, bytes.data, bytes.length);
  const int error = CheckRequest(*self, &request);
  const int64_t result = error != 0 ? -error : Issue(request);
  if (bytes.length != 0) std::memcpy(bytes.data, request.bytes, bytes.length);
  Finish(*self, request, result);
  return nullptr;
}

// An ioctl on the thread pool. Its bytes are copied in before and out afterwards.
struct IoctlWork : AsyncWork {
  Request request{};
  GuardedBytes memory;
  napi_ref target = nullptr;
  int64_t result = -ECANCELED;

  void Execute() override { result = Issue(request); }

  double Complete(napi_env env) override {
    Environment& self = *environment;
    const double opened = AdoptOpened(self, request, result);
    napi_value array = nullptr;
    Bytes bytes{};
    if (target != nullptr && napi_get_reference_value(env, target, &array) == napi_ok &&
        ReadBytes(env, array, &bytes) && bytes.length >= request.length) {
      if (request.length != 0) std::memcpy(bytes.data, request.bytes, request.length);
    }
    if (target != nullptr) napi_delete_reference(env, target);
    LeaveFile(self, request.fd);
    // Both in one number: TypeScript takes them apart.
    return result < 0 ? static_cast<double>(result)
                      : static_cast<double>(result) + (opened + 1) * 4294967296.0;
  }
};

// ioctlAsync(fd, request, bytes | number in the frame's `wide`, unsafe): a promise of the outcome.
napi_value IoctlAsync(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Environment* self = Environment::Of(env);
  int fd = 0;
  int64_t number = 0;
  Bytes bytes{};
  bool unsafe = false;
  if (!arguments.Descriptor(0, &fd) || !arguments.Integer(1, 0, UINT32_MAX, &number) ||
      !arguments.Boolean(3, &unsafe)) {
    return nullptr;
  }
  const bool has_bytes = ReadBytes(env, arguments.at(2), &bytes);
  IoctlWork* work = new IoctlWork;
  work->request = {fd,
                   static_cast<unsigned long>(number),
                   unsafe,
                   has_bytes,
                   self->frame->wide,
                   nullptr,
                   bytes.length,
                   nullptr};
  if (has_bytes) {
    if (!work->memory.Reserve(bytes.length)) return delete work, Outcome(env, -ENOMEM);
    work->request.bytes = work->memory.Tail(bytes.length);
    if (bytes.length != 0) std::memcpy(work->request.bytes, bytes.data, bytes.length);
  }
  const int error = CheckRequest(*self, &work->request);
  if (error != 0) return delete work, Outcome(env, -error);
  if (has_bytes) napi_create_reference(env, arguments.at(2), 1, &work->target);
  self->files.Enter(fd);
  return Queue(*self, work, "node-vfio:ioctl");
}

}  // namespace

bool ExportIoctl(napi_env env, napi_value exports) {
  return Export(env, exports, "ioctl", FrameIoctl<false>) &&
         Export(env, exports, "ioctlUnsafe", FrameIoctl<true>) &&
         Export(env, exports, "ioctlBytes", IoctlBytes) &&
         Export(env, exports, "ioctlAsync", IoctlAsync);
}

}  // namespace node_vfio
