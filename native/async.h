// Work on libuv's thread pool that settles a promise.
#pragma once

#include <node_api.h>

#include "environment.h"

namespace node_vfio {

struct AsyncWork {
  virtual ~AsyncWork() = default;
  // On a thread of the pool: no JavaScript, nothing of the environment.
  virtual void Execute() = 0;
  // On the environment's thread: what the promise resolves to. Also runs while the environment
  // ends, where Node-API calls fail and change nothing.
  virtual double Complete(napi_env env) = 0;

  Environment* environment = nullptr;
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
};

// Hands the work over and returns its promise. Owns it from here on.
napi_value Queue(Environment& environment, AsyncWork* work, const char* name);

// Ends a use of a file on another thread (Files::Enter), closing it if that was left to us.
void LeaveFile(Environment& environment, int fd);

}  // namespace node_vfio
