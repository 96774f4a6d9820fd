// The small vocabulary in which native functions read what JavaScript passed. TypeScript has
// validated everything before; this checks again whatever memory safety needs, and throws a
// TypeError for what TypeScript would never pass.
#pragma once

#include <node_api.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace node_vfio {

// Bytes of a Uint8Array: valid until control returns to JavaScript.
struct Bytes {
  uint8_t* data;
  size_t length;
};

class Arguments {
 public:
  static constexpr size_t kMost = 6;

  Arguments(napi_env env, napi_callback_info info);

  // Each reads one argument; false means that a TypeError is pending. Functions return nullptr
  // then.
  bool Integer(size_t index, int64_t least, int64_t most, int64_t* out);
  bool Boolean(size_t index, bool* out);
  bool Text(size_t index, std::string* out);
  bool Uint8Array(size_t index, Bytes* out);
  bool Function(size_t index, napi_value* out);
  bool Descriptor(size_t index, int* out);

  napi_value at(size_t index) const { return values_[index]; }

 private:
  bool Fail(size_t index, const char* wanted);

  napi_env env_;
  napi_value values_[kMost] = {};
};

// Reads a Uint8Array; false for anything else.
bool ReadBytes(napi_env env, napi_value value, Bytes* out);

// A JavaScript number. nullptr (undefined) where the environment is going down.
napi_value Number(napi_env env, double value);

// The result of a system call as native functions give it: what it returned, or negative errno.
napi_value Outcome(napi_env env, int64_t result);

}  // namespace node_vfio
