// What a register access finds: the slots and the frame in one piece of memory, and the quickest
// way from a call's environment to it. Each load on that way is measurable (performance.md, section
// 2).
#pragma once

#include <node_api.h>

#include "frame.h"
#include "slots.h"

namespace node_vfio {

struct Environment;

// JavaScript sees the frame alone; the slots before it are native.
struct HotState {
  Slot slots[kSlotCount];
  Environment* environment;
  Frame frame;
};

static_assert(offsetof(HotState, frame) + sizeof(Frame) == sizeof(HotState));

// The environment that called last on this thread. One thread can have several, one after the other
// or in turn, so a call compares before it believes.
struct LastCaller {
  napi_env env;
  HotState* state;
};

// `__thread` rather than `thread_local`, which would ask for an initialiser on each use. glibc
// keeps some room for libraries that are loaded late, and a variable there costs one instruction;
// elsewhere it is a function call.
#if defined(__GLIBC__)
extern __thread LastCaller last_caller __attribute__((tls_model("initial-exec")));
#else
extern __thread LastCaller last_caller;
#endif

// Fills `last_caller` for this environment.
void RememberCaller(napi_env env);

// Forgets an environment that ends: its address may be another's soon.
void ForgetCaller(napi_env env);

// The native function that a frame call is, with its environment's state looked up. The rare case
// is a function of its own, so that the usual one needs no stack.
template <napi_value (*kFunction)(HotState&)>
__attribute__((noinline, cold)) napi_value FirstFrameCall(napi_env env) {
  RememberCaller(env);
  return kFunction(*last_caller.state);
}

template <napi_value (*kFunction)(HotState&)>
napi_value FrameCall(napi_env env, napi_callback_info) {
  if (__builtin_expect(last_caller.env != env, 0)) return FirstFrameCall<kFunction>(env);
  return kFunction(*last_caller.state);
}

}  // namespace node_vfio
