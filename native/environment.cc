#include "environment.h"

#include "region.h"

namespace node_vfio {

__thread LastCaller last_caller = {nullptr, nullptr};

void RememberCaller(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  Frame* frame = static_cast<Environment*>(data)->frame;
  char* state = reinterpret_cast<char*>(frame) - offsetof(HotState, frame);
  last_caller = {env, reinterpret_cast<HotState*>(state)};
}

void ForgetCaller(napi_env env) {
  if (last_caller.env == env) last_caller = {nullptr, nullptr};
}

namespace {

bool ExportFrame(Environment& self, napi_value exports) {
  if (!self.hot_memory.Reserve(sizeof(HotState))) return false;
  HotState* state = reinterpret_cast<HotState*>(self.hot_memory.Tail(sizeof(HotState)));
  state->environment = &self;
  self.slots.Use(state->slots);
  self.frame = &state->frame;
  napi_value buffer = nullptr;
  // The memory belongs to the environment, so the buffer's own end has nothing to do.
  const napi_finalize nothing = [](napi_env, void*, void*) {};
  return napi_create_external_arraybuffer(self.env, self.frame, kFrameSize, nothing, nullptr,
                                          &buffer) == napi_ok &&
         napi_set_named_property(self.env, exports, "frame", buffer) == napi_ok;
}

}  // namespace

Environment::~Environment() { ForgetCaller(env); }

bool Environment::Create(napi_env env, napi_value exports) {
  Environment* self = new Environment;
  self->env = env;
  const napi_finalize destroy = [](napi_env, void* data, void*) {
    delete static_cast<Environment*>(data);
  };
  if (napi_set_instance_data(env, self, destroy, nullptr) != napi_ok) {
    delete self;
    return false;
  }
  return napi_get_uv_event_loop(env, &self->loop) == napi_ok && ExportFrame(*self, exports) &&
         napi_add_async_cleanup_hook(env, End, self, nullptr) == napi_ok;
}

void Environment::End(napi_async_cleanup_hook_handle handle, void* data) {
  Environment* self = static_cast<Environment*>(data);
  self->ending = true;
  UnmapAllRegions(*self);
  self->watches.CloseAll([handle] { napi_remove_async_cleanup_hook(handle); });
  self->files.CloseAll();
  self->address_space.EndHeld();
}

bool Export(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function = nullptr;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function) ==
             napi_ok &&
         napi_set_named_property(env, exports, name, function) == napi_ok;
}

}  // namespace node_vfio
