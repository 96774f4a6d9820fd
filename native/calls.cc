// open, close, dup, read, write, pread, pwrite of the files that this environment opened.
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arguments.h"
#include "async.h"
#include "environment.h"

namespace node_vfio {

namespace {

constexpr int64_t kOpenFlags = O_RDONLY | O_WRONLY | O_RDWR | O_NONBLOCK;

// Linux moves at most this many bytes in one call (MAX_RW_COUNT).
constexpr int64_t kMostBytes = 0x7ffff000;

// open(path, flags): the descriptor. Never creates, never truncates.
napi_value Open(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  std::string path;
  int64_t flags = 0;
  if (!arguments.Text(0, &path) || !arguments.Integer(1, 0, INT32_MAX, &flags)) return nullptr;
  if ((flags & ~kOpenFlags) != 0) return Outcome(env, -EINVAL);
  const int fd = open(path.c_str(), static_cast<int>(flags) | O_CLOEXEC);
  if (fd < 0) return Outcome(env, -errno);
  Environment::Of(env)->files.Add(fd, KindOf(fd));
  return Outcome(env, fd);
}

napi_value Close(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int fd = 0;
  if (!arguments.Descriptor(0, &fd)) return nullptr;
  Environment* self = Environment::Of(env);
  if (!self->files.Has(fd)) return Outcome(env, -EBADF);
  self->watches.CloseOf(fd);
  if (!self->files.Remove(fd)) return Outcome(env, 0);
  return Outcome(env, close(fd) == 0 ? 0 : -errno);
}

struct CloseWork : AsyncWork {
  int fd = -1;
  int64_t result = 0;
  void Execute() override { result = close(fd) == 0 ? 0 : -errno; }
  double Complete(napi_env) override { return static_cast<double>(result); }
};

// closeAsync(fd): a promise of the outcome. Closing the last file of a device resets it.
napi_value CloseAsync(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int fd = 0;
  if (!arguments.Descriptor(0, &fd)) return nullptr;
  Environment* self = Environment::Of(env);
  if (!self->files.Has(fd)) return Outcome(env, -EBADF);
  self->watches.CloseOf(fd);
  if (!self->files.Remove(fd)) return Outcome(env, 0);
  CloseWork* work = new CloseWork;
  work->fd = fd;
  return Queue(*self, work, "node-vfio:close");
}

napi_value Duplicate(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int fd = 0;
  if (!arguments.Descriptor(0, &fd)) return nullptr;
  Environment* self = Environment::Of(env);
  const FileKind kind = self->files.Kind(fd);
  if (kind == FileKind::kNone) return Outcome(env, -EBADF);
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return Outcome(env, -errno);
  self->files.Add(copy, kind);
  return Outcome(env, copy);
}

// Where registers hold 64 bits these calls go past libc's functions, which are cancellation points:
// in a process with threads they make the thread cancellable before and undo it afterwards.
#if defined(__LP64__)
ssize_t ReadAt(int fd, void* data, size_t length, off_t offset) {
  return syscall(SYS_pread64, fd, data, length, offset);
}
ssize_t WriteAt(int fd, const void* data, size_t length, off_t offset) {
  return syscall(SYS_pwrite64, fd, data, length, offset);
}
#else
ssize_t ReadAt(int fd, void* data, size_t length, off_t offset) {
  return pread(fd, data, length, offset);
}
ssize_t WriteAt(int fd, const void* data, size_t length, off_t offset) {
  return pwrite(fd, data, length, offset);
}
#endif

enum class Transfer { kRead, kWrite, kReadAt, kWriteAt };

template <Transfer kTransfer>
int64_t Move(int fd, void* data, size_t length, double position) {
  const bool positioned = kTransfer == Transfer::kReadAt || kTransfer == Transfer::kWriteAt;
  if (positioned && !(position >= 0 && position <= 9007199254740991.0)) return -EINVAL;
  const off_t offset = positioned ? static_cast<off_t>(position) : 0;
  ssize_t moved = 0;
  switch (kTransfer) {
    case Transfer::kRead:
      moved = read(fd, data, length);
      break;
    case Transfer::kWrite:
      moved = write(fd, data, length);
      break;
    case Transfer::kReadAt:
      moved = ReadAt(fd, data, length, offset);
      break;
    case Transfer::kWriteAt:
      moved = WriteAt(fd, data, length, offset);
      break;
  }
  return moved < 0 ? -errno : moved;
}

// Short transfers: descriptor, length, position and the bytes are in the frame.
template <Transfer kTransfer>
napi_value FrameMove(napi_env env, napi_callback_info) {
  Environment* self = Environment::Of(env);
  Frame& frame = *self->frame;
  const uint32_t length = frame.length;
  if (!self->files.Has(frame.fd)) return Refuse(frame, EBADF);
  if (length > kFrameData) return Refuse(frame, EINVAL);
  const int64_t moved = Move<kTransfer>(frame.fd, frame.tail(length), length, frame.position);
  frame.status = moved < 0 ? static_cast<uint32_t>(-moved) : 0;
  frame.result = static_cast<int32_t>(moved);
  return nullptr;
}

// Long ones: (fd, bytes, position), in place.
template <Transfer kTransfer>
napi_value BytesMove(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int fd = 0;
  Bytes bytes{};
  int64_t position = 0;
  if (!arguments.Descriptor(0, &fd) || !arguments.Uint8Array(1, &bytes) ||
      !arguments.Integer(2, 0, INT64_MAX, &position)) {
    return nullptr;
  }
  if (!Environment::Of(env)->files.Has(fd)) return Outcome(env, -EBADF);
  const size_t length = bytes.length < kMostBytes ? bytes.length : kMostBytes;
  return Outcome(env, Move<kTransfer>(fd, bytes.data, length, static_cast<double>(position)));
}

}  // namespace

bool ExportCalls(napi_env env, napi_value exports) {
  return Export(env, exports, "open", Open) && Export(env, exports, "close", Close) &&
         Export(env, exports, "closeAsync", CloseAsync) && Export(env, exports, "dup", Duplicate) &&
         Export(env, exports, "read", FrameMove<Transfer::kRead>) &&
         Export(env, exports, "write", FrameMove<Transfer::kWrite>) &&
         Export(env, exports, "pread", FrameMove<Transfer::kReadAt>) &&
         Export(env, exports, "pwrite", FrameMove<Transfer::kWriteAt>) &&
         Export(env, exports, "readBuffer", BytesMove<Transfer::kRead>) &&
         Export(env, exports, "writeBuffer", BytesMove<Transfer::kWrite>) &&
         Export(env, exports, "preadBuffer", BytesMove<Transfer::kReadAt>) &&
         Export(env, exports, "pwriteBuffer", BytesMove<Transfer::kWriteAt>);
}

}  // namespace node_vfio
