#include "arguments.h"

#include <cmath>
#include <cstring>

namespace node_vfio {

namespace {

// PATH_MAX with its NUL: no path or device name is longer.
constexpr size_t kTextLimit = 4096;

}  // namespace

Arguments::Arguments(napi_env env, napi_callback_info info) : env_(env) {
  size_t count = kMost;
  napi_get_cb_info(env, info, &count, values_, nullptr, nullptr);
}

bool Arguments::Fail(size_t index, const char* wanted) {
  const std::string text = "argument " + std::to_string(index) + " must be " + wanted;
  napi_throw_type_error(env_, "ERR_INVALID_ARG_TYPE", text.c_str());
  return false;
}

bool Arguments::Integer(size_t index, int64_t least, int64_t most, int64_t* out) {
  double value = 0;
  if (napi_get_value_double(env_, values_[index], &value) != napi_ok ||
      !(std::fabs(value) <= 9007199254740991.0) || value != std::trunc(value) ||
      static_cast<int64_t>(value) < least || static_cast<int64_t>(value) > most) {
    return Fail(index, "an integer in range");
  }
  *out = static_cast<int64_t>(value);
  return true;
}

bool Arguments::Boolean(size_t index, bool* out) {
  if (napi_get_value_bool(env_, values_[index], out) == napi_ok) return true;
  return Fail(index, "a boolean");
}

bool Arguments::Text(size_t index, std::string* out) {
  char buffer[kTextLimit + 4];
  size_t length = 0;
  if (napi_get_value_string_utf8(env_, values_[index], buffer, sizeof buffer, &length) != napi_ok ||
      length >= kTextLimit || std::memchr(buffer, 0, length) != nullptr) {
    return Fail(index, "a string without NUL, shorter than 4096 bytes");
  }
  out->assign(buffer, length);
  return true;
}

bool Arguments::Uint8Array(size_t index, Bytes* out) {
  return ReadBytes(env_, values_[index], out) || Fail(index, "a Uint8Array");
}

bool Arguments::Function(size_t index, napi_value* out) {
  napi_valuetype type = napi_undefined;
  if (napi_typeof(env_, values_[index], &type) != napi_ok || type != napi_function) {
    return Fail(index, "a function");
  }
  *out = values_[index];
  return true;
}

bool Arguments::Descriptor(size_t index, int* out) {
  int64_t value = 0;
  if (!Integer(index, INT32_MIN, INT32_MAX, &value)) return false;
  *out = static_cast<int>(value);
  return true;
}

bool ReadBytes(napi_env env, napi_value value, Bytes* out) {
  bool is_typed_array = false;
  if (value == nullptr || napi_is_typedarray(env, value, &is_typed_array) != napi_ok ||
      !is_typed_array) {
    return false;
  }
  napi_typedarray_type type = napi_int8_array;
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    return false;
  }
  *out = {static_cast<uint8_t*>(data), data == nullptr ? 0 : length};
  return true;
}

napi_value Number(napi_env env, double value) {
  napi_value result = nullptr;
  return napi_create_double(env, value, &result) == napi_ok ? result : nullptr;
}

napi_value Outcome(napi_env env, int64_t result) {
  return Number(env, static_cast<double>(result));
}

}  // namespace node_vfio
