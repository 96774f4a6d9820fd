// What one JavaScript environment (the main thread, or one worker) owns. There is no other state,
// apart from the process's signal handlers (bus_error.cc).
#pragma once

#include <node_api.h>
#include <uv.h>

#include "address_space.h"
#include "files.h"
#include "guarded_bytes.h"
#include "hot_state.h"
#include "watches.h"

namespace node_vfio {

struct Environment {
  // The environment of a call. Valid for as long as its JavaScript runs.
  static Environment* Of(napi_env env) {
    if (last_caller.env != env) RememberCaller(env);
    return last_caller.state->environment;
  }

  // Makes the environment's state and registers its end. False with an exception pending.
  static bool Create(napi_env env, napi_value exports);
  ~Environment();

  napi_env env = nullptr;
  uv_loop_t* loop = nullptr;
  Frame* frame = nullptr;
  Slots slots;
  Files files;
  AddressSpace address_space;
  Watches watches;
  GuardedBytes hot_memory;
  GuardedBytes arena;  // an ioctl's struct that is too long for the frame
  bool ending = false;

 private:
  // Closes every file, mapping and watch; `done` removes the hook once libuv let go of them.
  static void End(napi_async_cleanup_hook_handle handle, void* data);
};

// Defines a native function on the exports object.
bool Export(napi_env env, napi_value exports, const char* name, napi_callback callback);

}  // namespace node_vfio
