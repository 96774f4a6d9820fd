// One guarded access to device memory: exactly one load or store of exactly that width. Answers 0,
// or EIO where the device answered with a bus error. Alignment and bounds are the caller's.
//
// Everything here is internal to the file that includes it: a fixup names one instruction, and must
// not lose it to the linker's merging of equal functions.
#pragma once

#include <errno.h>

#include "bus_error.h"

namespace node_vfio {
namespace {

// A loop of accesses: a bus error sets the status and moves the end to where the loop stands, so
// that the loop's own condition ends it, and nothing has to be tested for each access.
struct Run {
  void* end;
  uint32_t status;
};

#if NODE_VFIO_FIXUPS

// After the access at 1 the code goes on at 2. A fault goes on at 3, which says EIO (5) first.
static_assert(EIO == 5);
#if defined(__x86_64__)
#define NODE_VFIO_FAIL "movl $5, %k[status]\n"
#define NODE_VFIO_STOP "\tmovq %[stop], %[end]\n"
#define NODE_VFIO_GO_ON "\tjmp 2b\n"
#else
#define NODE_VFIO_FAIL "mov %w[status], 5\n"
#define NODE_VFIO_STOP "\tmov %x[end], %x[stop]\n"
#define NODE_VFIO_GO_ON "\tb 2b\n"
#endif

#define NODE_VFIO_GUARDED(instruction, landing)      \
  "1:\t" instruction                                 \
  "\n2:\n"                                           \
  "\t.pushsection .text.node_vfio_landing, \"ax\"\n" \
  "3:\t" landing NODE_VFIO_GO_ON                     \
  "\t.popsection\n"                                  \
  "\t.pushsection node_vfio_fixups, \"a\"\n"         \
  "\t.balign 8\n"                                    \
  "\t.quad 1b - .\n"                                 \
  "\t.quad 3b - .\n"                                 \
  "\t.popsection\n"

#define NODE_VFIO_LOAD(instruction, type, constraint)                                      \
  inline uint32_t Load(const uint8_t* from, type* out) {                                   \
    type value;                                                                            \
    uint32_t status = 0;                                                                   \
    asm volatile(NODE_VFIO_GUARDED(instruction, NODE_VFIO_FAIL)                            \
                 : [value] "=&" constraint(value), [status] "+r"(status)                   \
                 : [at] "r"(from)                                                          \
                 : "memory");                                                              \
    *out = value;                                                                          \
    return status;                                                                         \
  }                                                                                        \
  inline void LoadInRun(const uint8_t* from, type* out, Run* run, void* stop) {            \
    type value;                                                                            \
    asm volatile(                                                                          \
        NODE_VFIO_GUARDED(instruction, NODE_VFIO_FAIL NODE_VFIO_STOP)                      \
        : [value] "=&" constraint(value), [status] "+r"(run->status), [end] "+r"(run->end) \
        : [at] "r"(from), [stop] "r"(stop)                                                 \
        : "memory");                                                                       \
    *out = value;                                                                          \
  }

#define NODE_VFIO_STORE(instruction, type, constraint)                         \
  inline uint32_t Store(uint8_t* to, type value) {                             \
    uint32_t status = 0;                                                       \
    asm volatile(NODE_VFIO_GUARDED(instruction, NODE_VFIO_FAIL)                \
                 : [status] "+r"(status)                                       \
                 : [at] "r"(to), [value] constraint(value)                     \
                 : "memory");                                                  \
    return status;                                                             \
  }                                                                            \
  inline void StoreInRun(uint8_t* to, type value, Run* run, void* stop) {      \
    asm volatile(NODE_VFIO_GUARDED(instruction, NODE_VFIO_FAIL NODE_VFIO_STOP) \
                 : [status] "+r"(run->status), [end] "+r"(run->end)            \
                 : [at] "r"(to), [value] constraint(value), [stop] "r"(stop)   \
                 : "memory");                                                  \
  }

#if defined(__x86_64__)
NODE_VFIO_LOAD("movb (%[at]), %b[value]", uint8_t, "q")
NODE_VFIO_LOAD("movw (%[at]), %w[value]", uint16_t, "r")
NODE_VFIO_LOAD("movl (%[at]), %k[value]", uint32_t, "r")
NODE_VFIO_LOAD("movq (%[at]), %q[value]", uint64_t, "r")
NODE_VFIO_STORE("movb %b[value], (%[at])", uint8_t, "q")
NODE_VFIO_STORE("movw %w[value], (%[at])", uint16_t, "r")
NODE_VFIO_STORE("movl %k[value], (%[at])", uint32_t, "r")
NODE_VFIO_STORE("movq %q[value], (%[at])", uint64_t, "r")
#else
NODE_VFIO_LOAD("ldrb %w[value], [%[at]]", uint8_t, "r")
NODE_VFIO_LOAD("ldrh %w[value], [%[at]]", uint16_t, "r")
NODE_VFIO_LOAD("ldr %w[value], [%[at]]", uint32_t, "r")
NODE_VFIO_LOAD("ldr %x[value], [%[at]]", uint64_t, "r")
NODE_VFIO_STORE("strb %w[value], [%[at]]", uint8_t, "r")
NODE_VFIO_STORE("strh %w[value], [%[at]]", uint16_t, "r")
NODE_VFIO_STORE("str %w[value], [%[at]]", uint32_t, "r")
NODE_VFIO_STORE("str %x[value], [%[at]]", uint64_t, "r")
#endif

#undef NODE_VFIO_LOAD
#undef NODE_VFIO_STORE
#undef NODE_VFIO_GUARDED
#undef NODE_VFIO_FAIL
#undef NODE_VFIO_STOP
#undef NODE_VFIO_GO_ON

#else

// A volatile access within sigsetjmp, for processors without a table of their own.
template <typename Access>
uint32_t Guarded(Access access) {
  sigjmp_buf exit;
  if (sigsetjmp(exit, 0) != 0) {
    bus_error_exit = nullptr;
    return EIO;
  }
  bus_error_exit = &exit;
  access();
  bus_error_exit = nullptr;
  return 0;
}

template <typename Width>
uint32_t Load(const uint8_t* from, Width* out) {
  return Guarded([=] { *out = *reinterpret_cast<const volatile Width*>(from); });
}

template <typename Width>
uint32_t Store(uint8_t* to, Width value) {
  return Guarded([=] { *reinterpret_cast<volatile Width*>(to) = value; });
}

template <typename Width>
void LoadInRun(const uint8_t* from, Width* out, Run* run, void* stop) {
  if (Load(from, out) != 0) *run = {stop, EIO};
}

template <typename Width>
void StoreInRun(uint8_t* to, Width value, Run* run, void* stop) {
  if (Store(to, value) != 0) *run = {stop, EIO};
}

#endif

// Makes what was written to RAM (descriptors, data) visible to the device before a register write
// that tells it to look. x86 keeps that order by itself; weakly ordered machines need a barrier.
inline void BeforeDoorbell() {
#if defined(__x86_64__) || defined(__i386__)
  asm volatile("" ::: "memory");
#elif defined(__aarch64__)
  asm volatile("dmb oshst" ::: "memory");
#else
  __sync_synchronize();
#endif
}

// Makes a register's value older than what is read from RAM after it (a completion flag in a
// register, then the data), the other half of the same order.
inline void AfterRead() {
#if defined(__x86_64__) || defined(__i386__)
  asm volatile("" ::: "memory");
#elif defined(__aarch64__)
  asm volatile("dmb oshld" ::: "memory");
#else
  __sync_synchronize();
#endif
}

}  // namespace
}  // namespace node_vfio
