#include "baseline.h"

namespace baseline {

Numbers numbers(napi_env env, napi_callback_info info) {
  size_t count = 8;
  napi_value values[8];
  Numbers result;
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  for (size_t index = 0; index < count && index < 8; ++index) {
    napi_get_value_double(env, values[index], &result.at[index]);
  }
  return result;
}

napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

void define(napi_env env, napi_value exports, const char* name, Callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace baseline

NAPI_MODULE_INIT() {
  baseline::define_calls(env, exports);
  baseline::define_latency(env, exports);
  baseline::define_memory(env, exports);
  baseline::define_tree(env, exports);
  return exports;
}
