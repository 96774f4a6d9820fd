// eventfd(2), and listeners on one: uv_poll on the environment's own loop and one callback that
// carries the count. performance.md, section 4, says why not otherwise.
#include "eventfd.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "arguments.h"
#include "environment.h"

namespace node_vfio {

struct Watch {
  uv_poll_t poll;
  Environment* environment;
  int64_t number;
  int fd;
  napi_ref listener = nullptr;
  napi_async_context context = nullptr;
};

int64_t Watches::Open(Environment& environment, int fd, napi_value listener) {
  napi_env env = environment.env;
  Watch* watch = new Watch;
  watch->environment = &environment;
  watch->fd = fd;
  const int error = uv_poll_init(environment.loop, &watch->poll, fd);
  if (error != 0) {
    delete watch;
    return error;
  }
  watch->poll.data = watch;
  napi_value name = nullptr;
  napi_create_string_utf8(env, "node-vfio:eventfd", NAPI_AUTO_LENGTH, &name);
  napi_create_reference(env, listener, 1, &watch->listener);
  napi_async_init(env, nullptr, name, &watch->context);
  uv_poll_start(&watch->poll, UV_READABLE, OnReadable);
  uv_unref(reinterpret_cast<uv_handle_t*>(&watch->poll));
  watch->number = next_++;
  watches_[watch->number] = watch;
  alive_++;
  return watch->number;
}

Watch* Watches::Find(int64_t number) const {
  const auto found = watches_.find(number);
  return found == watches_.end() ? nullptr : found->second;
}

void Watches::Reference(Watch* watch, bool hold) {
  uv_handle_t* handle = reinterpret_cast<uv_handle_t*>(&watch->poll);
  hold ? uv_ref(handle) : uv_unref(handle);
}

void Watches::Close(Watch* watch) {
  watches_.erase(watch->number);
  napi_env env = watch->environment->env;
  if (watch->listener != nullptr) napi_delete_reference(env, watch->listener);
  if (watch->context != nullptr) napi_async_destroy(env, watch->context);
  watch->listener = nullptr;
  watch->context = nullptr;
  uv_poll_stop(&watch->poll);
  uv_close(reinterpret_cast<uv_handle_t*>(&watch->poll), OnClosed);
}

void Watches::CloseOf(int fd) {
  for (const auto& [number, watch] : watches_) {
    if (watch->fd == fd) return Close(watch);
  }
}

void Watches::CloseAll(std::function<void()> done) {
  done_ = std::move(done);
  while (!watches_.empty()) Close(watches_.begin()->second);
  if (alive_ == 0) done_();
}

void Watches::OnClosed(uv_handle_t* handle) {
  Watch* watch = static_cast<Watch*>(handle->data);
  Watches& all = watch->environment->watches;
  delete watch;
  if (--all.alive_ == 0 && all.done_) all.done_();
}

void Watches::OnReadable(uv_poll_t* poll, int status, int) {
  Watch* watch = static_cast<Watch*>(poll->data);
  uint64_t count = 0;
  // Somebody else may have read the count between poll and read: EAGAIN, nothing to tell.
  if (status != 0 || watch->environment->ending ||
      read(watch->fd, &count, sizeof count) != sizeof count)
    return;
  napi_env env = watch->environment->env;
  napi_handle_scope scope = nullptr;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  napi_value listener = nullptr;
  napi_get_reference_value(env, watch->listener, &listener);
  // In the frame, where the listener looks first thing: each value made here is made on the way of
  // an interrupt. A receiver there must be, and the listener is one at hand.
  watch->environment->frame->position = static_cast<double>(count);
  const napi_status called =
      napi_make_callback(env, watch->context, listener, listener, 0, nullptr, nullptr);
  napi_value error = nullptr;
  if (called == napi_pending_exception &&
      napi_get_and_clear_last_exception(env, &error) == napi_ok) {
    napi_fatal_exception(env, error);
  }
  napi_close_handle_scope(env, scope);
}

namespace {

napi_value Eventfd(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t initial = 0;
  if (!arguments.Integer(0, 0, UINT32_MAX, &initial)) return nullptr;
  const int fd = eventfd(static_cast<unsigned>(initial), EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return Outcome(env, -errno);
  Environment::Of(env)->files.Add(fd, FileKind::kOther);
  return Outcome(env, fd);
}

// watch(fd, listener): the watch's number. The listener finds the count in the frame's `position`.
napi_value OpenWatch(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int fd = 0;
  napi_value listener = nullptr;
  if (!arguments.Descriptor(0, &fd) || !arguments.Function(1, &listener)) return nullptr;
  Environment* self = Environment::Of(env);
  if (!self->files.Has(fd)) return Outcome(env, -EBADF);
  return Outcome(env, self->watches.Open(*self, fd, listener));
}

// watchRef(number, hold): whether the event loop stays alive for it.
napi_value ReferenceWatch(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t number = 0;
  bool hold = false;
  if (!arguments.Integer(0, 0, INT64_MAX, &number) || !arguments.Boolean(1, &hold)) return nullptr;
  Environment* self = Environment::Of(env);
  Watch* watch = self->watches.Find(number);
  if (watch != nullptr) self->watches.Reference(watch, hold);
  return Outcome(env, watch == nullptr ? -EBADF : 0);
}

napi_value CloseWatch(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t number = 0;
  if (!arguments.Integer(0, 0, INT64_MAX, &number)) return nullptr;
  Environment* self = Environment::Of(env);
  Watch* watch = self->watches.Find(number);
  if (watch != nullptr) self->watches.Close(watch);
  return Outcome(env, watch == nullptr ? -EBADF : 0);
}

}  // namespace

bool ExportEventfd(napi_env env, napi_value exports) {
  return Export(env, exports, "eventfd", Eventfd) && Export(env, exports, "watch", OpenWatch) &&
         Export(env, exports, "watchRef", ReferenceWatch) &&
         Export(env, exports, "watchClose", CloseWatch);
}

}  // namespace node_vfio
