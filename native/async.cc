#include "async.h"

#include <unistd.h>

#include "arguments.h"

namespace node_vfio {

namespace {

void Execute(napi_env, void* data) { static_cast<AsyncWork*>(data)->Execute(); }

void Complete(napi_env env, napi_status, void* data) {
  AsyncWork* work = static_cast<AsyncWork*>(data);
  const double outcome = work->Complete(env);
  napi_value value = Number(env, outcome);
  if (value != nullptr) napi_resolve_deferred(env, work->deferred, value);
  napi_delete_async_work(env, work->work);
  delete work;
}

}  // namespace

napi_value Queue(Environment& environment, AsyncWork* work, const char* name) {
  napi_env env = environment.env;
  napi_value text = nullptr;
  napi_value promise = nullptr;
  work->environment = &environment;
  napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &text);
  if (napi_create_promise(env, &work->deferred, &promise) == napi_ok &&
      napi_create_async_work(env, nullptr, text, Execute, Complete, work, &work->work) == napi_ok &&
      napi_queue_async_work(env, work->work) == napi_ok) {
    return promise;
  }
  // The environment is going down: nobody waits for the answer, but files are let go of.
  work->Complete(env);
  delete work;
  return nullptr;
}

void LeaveFile(Environment& environment, int fd) {
  if (environment.files.Leave(fd)) close(fd);
}

}  // namespace node_vfio
