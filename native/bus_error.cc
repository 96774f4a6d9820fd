#include "bus_error.h"

#include <signal.h>
#include <ucontext.h>

#include <mutex>

#if NODE_VFIO_FIXUPS
// The linker collects what access.h puts into this section: for each guarded instruction where it
// is and where to go on when it faults, both relative to the entry's own fields.
struct Fixup {
  int64_t instruction;
  int64_t landing;
};
extern "C" {
extern const Fixup __start_node_vfio_fixups[] __attribute__((visibility("hidden")));
extern const Fixup __stop_node_vfio_fixups[] __attribute__((visibility("hidden")));
}
#endif

namespace node_vfio {

#if !NODE_VFIO_FIXUPS
thread_local sigjmp_buf* bus_error_exit = nullptr;
#endif

namespace {

// The handlers that were there before, by signal. Written under the mutex before ours is in place.
struct sigaction earlier_bus;
struct sigaction earlier_segv;

#if NODE_VFIO_FIXUPS

bool Recover(void* raw) {
  ucontext_t* context = static_cast<ucontext_t*>(raw);
#if defined(__x86_64__)
  auto* counter = &context->uc_mcontext.gregs[REG_RIP];
#else
  auto* counter = &context->uc_mcontext.pc;
#endif
  const auto at = static_cast<uint64_t>(*counter);
  for (const Fixup* fixup = __start_node_vfio_fixups; fixup < __stop_node_vfio_fixups; fixup++) {
    const uint64_t instruction =
        reinterpret_cast<uint64_t>(&fixup->instruction) + static_cast<uint64_t>(fixup->instruction);
    if (at != instruction) continue;
    const uint64_t landing =
        reinterpret_cast<uint64_t>(&fixup->landing) + static_cast<uint64_t>(fixup->landing);
    *counter = static_cast<std::remove_reference_t<decltype(*counter)>>(landing);
    return true;
  }
  return false;
}
#else
bool Recover(void*) {
  if (bus_error_exit == nullptr) return false;
  siglongjmp(*bus_error_exit, 1);
}
#endif

void PassOn(const struct sigaction& earlier, int signal, siginfo_t* info, void* context) {
  if ((earlier.sa_flags & SA_SIGINFO) != 0) return earlier.sa_sigaction(signal, info, context);
  if (earlier.sa_handler != SIG_DFL && earlier.sa_handler != SIG_IGN) {
    return earlier.sa_handler(signal);
  }
  // Back to the default: the instruction faults again and ends the process, core dump and all.
  sigaction(signal, &earlier, nullptr);
  if (info->si_code <= 0) raise(signal);
}

void OnFault(int signal, siginfo_t* info, void* context) {
  // A positive code is a fault of this thread; kill(2) has none of ours.
  if (info->si_code > 0 && Recover(context)) return;
  PassOn(signal == SIGBUS ? earlier_bus : earlier_segv, signal, info, context);
}

void Catch(int signal, struct sigaction* earlier) {
  struct sigaction current;
  sigaction(signal, nullptr, &current);
  if ((current.sa_flags & SA_SIGINFO) != 0 && current.sa_sigaction == OnFault) return;
  *earlier = current;
  struct sigaction ours = {};
  ours.sa_sigaction = OnFault;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&ours.sa_mask);
  sigaction(signal, &ours, nullptr);
}

}  // namespace

void CatchBusErrors() {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  Catch(SIGBUS, &earlier_bus);
  Catch(SIGSEGV, &earlier_segv);
}

}  // namespace node_vfio
