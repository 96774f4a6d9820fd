// What the library is measured against: the same work in C, timed by the same clock. Built by
// `npm run bench`, never shipped.
#pragma once

#include <node_api.h>
#include <time.h>

#include <cstdint>

namespace baseline {

/// Nanoseconds of CLOCK_MONOTONIC.
inline uint64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1000000000u + static_cast<uint64_t>(time.tv_nsec);
}

/// Up to eight numeric arguments of a call; missing ones are 0.
struct Numbers {
  double at[8] = {};
};
Numbers numbers(napi_env env, napi_callback_info info);

napi_value number(napi_env env, double value);

/// Keeps a result from being optimised away.
inline void keep(uint64_t value) { asm volatile("" : : "r"(value) : "memory"); }

using Callback = napi_value (*)(napi_env, napi_callback_info);
void define(napi_env env, napi_value exports, const char* name, Callback callback);

void define_calls(napi_env env, napi_value exports);
void define_latency(napi_env env, napi_value exports);
void define_memory(napi_env env, napi_value exports);
void define_tree(napi_env env, napi_value exports);

}  // namespace baseline
