// Many accesses to mapped device memory in one call: a driver's set-up sequence, a dump.
#include "batch.h"

#include <errno.h>

#include "access.h"
#include "arguments.h"
#include "environment.h"

namespace node_vfio {

namespace {

// One operation of a batch, as src/linux/batch.ts writes it: 16 bytes.
struct Operation {
  uint32_t code;    // kind in the low byte, above it the slot, counted from the mapping's first
  uint32_t offset;  // in that slot
  uint32_t value;   // also the low half of 64 bits
  uint32_t high;
};
static_assert(sizeof(Operation) == 16);

enum OperationKind : uint32_t {
  kRead8,
  kRead16,
  kRead32,
  kRead64,
  kWrite8,
  kWrite16,
  kWrite32,
  kWrite64,
};

// The operations of a batch, and how far it has come.
struct Progress {
  Operation* operations;
  size_t count;
  size_t done;

  // Takes over how far a run has come. One that failed ends where it failed.
  uint32_t Advance(const Operation* operation, const Run& run) {
    if (run.status != 0) operation = static_cast<const Operation*>(run.end);
    done = static_cast<size_t>(operation - operations);
    return run.status;
  }
};

// Loads a field once: the array can be shared with another thread, which may change it at any time.
inline uint32_t Once(const uint32_t& field) { return __atomic_load_n(&field, __ATOMIC_RELAXED); }

// Runs of equal operations are the rule, and a loop of its own for each kind costs half of what a
// decision for each operation would. Answers 0 at the end of the run, or why one did not happen.
template <typename Width>
uint32_t ReadRun(Slot slot, uint32_t code, Progress* progress) {
  Operation* operation = progress->operations + progress->done;
  Run run{progress->operations + progress->count, 0};
  for (; operation < run.end && Once(operation->code) == code; operation++) {
    const uint32_t offset = Once(operation->offset);
    if (__builtin_expect(!IsInside<Width>(slot, offset), 0)) {
      run = {operation, ERANGE};
      break;
    }
    Width value = 0;
    LoadInRun(slot.base + offset, &value, &run, operation);
    operation->value = static_cast<uint32_t>(value);
    if (sizeof(Width) == 8) operation->high = static_cast<uint32_t>(uint64_t{value} >> 32);
  }
  return progress->Advance(operation, run);
}

template <typename Width>
uint32_t WriteRun(Slot slot, uint32_t code, Progress* progress) {
  Operation* operation = progress->operations + progress->done;
  Run run{progress->operations + progress->count, 0};
  for (; operation < run.end && Once(operation->code) == code; operation++) {
    const uint32_t offset = Once(operation->offset);
    if (__builtin_expect(!IsInside<Width>(slot, offset), 0)) {
      run = {operation, ERANGE};
      break;
    }
    const uint64_t high = sizeof(Width) == 8 ? uint64_t{operation->high} << 32 : 0;
    BeforeDoorbell();
    StoreInRun(slot.base + offset, static_cast<Width>(high | operation->value), &run, operation);
  }
  return progress->Advance(operation, run);
}

uint32_t ExecuteRun(Slot slot, uint32_t code, Progress* progress) {
  switch (code & 0xff) {
    case kRead8:
      return ReadRun<uint8_t>(slot, code, progress);
    case kRead16:
      return ReadRun<uint16_t>(slot, code, progress);
    case kRead32:
      return ReadRun<uint32_t>(slot, code, progress);
    case kRead64:
      return ReadRun<uint64_t>(slot, code, progress);
    case kWrite8:
      return WriteRun<uint8_t>(slot, code, progress);
    case kWrite16:
      return WriteRun<uint16_t>(slot, code, progress);
    case kWrite32:
      return WriteRun<uint32_t>(slot, code, progress);
    case kWrite64:
      return WriteRun<uint64_t>(slot, code, progress);
    default:
      return ENOSYS;
  }
}

// execute(operations, count): runs them in order and stops at the first that fails, whose number is
// in the frame's `result`. The mapping's first slot is in the frame.
napi_value ExecuteBatch(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Bytes bytes{};
  int64_t count = 0;
  if (!arguments.Uint8Array(0, &bytes) || !arguments.Integer(1, 0, INT32_MAX, &count)) {
    return nullptr;
  }
  Environment* self = Environment::Of(env);
  Frame& frame = *self->frame;
  const bool aligned = reinterpret_cast<uintptr_t>(bytes.data) % alignof(Operation) == 0;
  if (!aligned || static_cast<uint64_t>(count) > bytes.length / sizeof(Operation)) {
    return Refuse(frame, EINVAL);
  }
  Progress progress{reinterpret_cast<Operation*>(bytes.data), static_cast<size_t>(count), 0};
  const Slot* slots = last_caller.state->slots;
  uint32_t status = 0;
  while (status == 0 && progress.done < progress.count) {
    const uint32_t code = Once(progress.operations[progress.done].code);
    status = ExecuteRun(slots[(frame.slot + (code >> 8)) % kSlotCount], code, &progress);
  }
  AfterRead();
  frame.status = status;
  frame.result = static_cast<int32_t>(progress.done);
  return nullptr;
}

}  // namespace

bool ExportBatch(napi_env env, napi_value exports) {
  return Export(env, exports, "execute", ExecuteBatch);
}

}  // namespace node_vfio
