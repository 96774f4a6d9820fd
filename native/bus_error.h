// Device memory can vanish under an access: a BAR that is switched off or being reset answers with
// a bus error, a signal. A guarded access turns that signal into a return value.
#pragma once

#include <cstddef>
#include <cstdint>

// On these processors a fault is recognised by the address of the instruction, which costs the
// access nothing. Elsewhere the access is wrapped in sigsetjmp.
#if !defined(NODE_VFIO_PORTABLE_ACCESS) && (defined(__x86_64__) || defined(__aarch64__))
#define NODE_VFIO_FIXUPS 1
#else
#define NODE_VFIO_FIXUPS 0
#include <csetjmp>
#endif

namespace node_vfio {

// Installs the handlers of SIGBUS and SIGSEGV before those that the process has, to which they pass
// on whatever is not a guarded access. Called whenever a region is mapped, because somebody may
// have installed others since; cheap when nothing changed.
void CatchBusErrors();

#if !NODE_VFIO_FIXUPS
// Where the guarded access of this thread continues after a fault; nullptr outside of one.
extern thread_local sigjmp_buf* bus_error_exit;
#endif

}  // namespace node_vfio
