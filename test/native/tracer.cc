// Tells every access that the processor makes to some pages of memory: the pages are protected,
// each fault is decoded (read or write, how wide), the instruction is executed alone with the pages
// open, and they are protected again. For tests on x86-64; it sees compiled JavaScript as well as
// C.
#include <node_api.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

#if !defined(__x86_64__)
#error "the tracer decodes x86-64 instructions"
#endif

namespace {

enum Kind : uint32_t { kRead = 0, kWrite = 1, kExchange = 2 };

struct Access {
  uint32_t kind;
  uint32_t width;  // bytes; 0 for an instruction that the decoder does not know
  uint64_t offset;
  uint8_t code[16];
};

constexpr size_t kMostAccesses = 65536;
constexpr greg_t kTrapFlag = 0x100;

struct Trace {
  uint8_t* start = nullptr;
  size_t length = 0;
  size_t count = 0;
  bool stepping = false;
  struct sigaction earlier_segv;
  struct sigaction earlier_trap;
  Access accesses[kMostAccesses];
};

Trace trace;

struct Prefixes {
  bool operand16 = false;  // 66
  bool f3 = false;
  bool f2 = false;
  bool wide = false;  // REX.W
};

// Widths of one-byte opcodes: byte operations have an even number, the others the operand size.
uint32_t OneByteWidth(const uint8_t* at, const Prefixes& prefixes) {
  const uint8_t opcode = *at;
  const uint32_t operand = prefixes.wide ? 8 : prefixes.operand16 ? 2 : 4;
  const bool arithmetic = opcode < 0x40 && (opcode & 7) < 4;
  const bool known = arithmetic || (opcode >= 0x80 && opcode <= 0x8b) || opcode == 0xc6 ||
                     opcode == 0xc7 || opcode == 0xf6 || opcode == 0xf7 || opcode == 0xfe ||
                     opcode == 0xff || (opcode >= 0xa4 && opcode <= 0xaf) || opcode == 0x63;
  if (!known) return 0;
  if (opcode == 0x63) return 4;
  if (opcode == 0x83) return operand;
  return (opcode & 1) == 0 ? 1 : operand;
}

// Widths of 0F xx: sign and zero extension, compare and exchange, and the moves of SSE.
uint32_t TwoByteWidth(const uint8_t* at, const Prefixes& prefixes) {
  const uint32_t operand = prefixes.wide ? 8 : prefixes.operand16 ? 2 : 4;
  switch (*at) {
    case 0xb6:
    case 0xbe:
    case 0xb0:
    case 0xc0:
      return 1;
    case 0xb7:
    case 0xbf:
      return 2;
    case 0xb1:
    case 0xc1:
    case 0xa3:
    case 0xab:
    case 0xba:
      return operand;
    case 0x10:
    case 0x11:
      return prefixes.f3 ? 4 : prefixes.f2 ? 8 : 16;
    case 0x12:
    case 0x13:
    case 0x16:
    case 0x17:
    case 0xd6:
      return 8;
    case 0x6e:
      return prefixes.wide ? 8 : 4;
    case 0x7e:
      return prefixes.f3 || prefixes.wide ? 8 : 4;
    case 0x28:
    case 0x29:
    case 0x2b:
    case 0x6f:
    case 0x7f:
    case 0xe7:
      return 16;
    default:
      return 0;
  }
}

// The width in bytes of the memory operand of the instruction, 0 where that is not known.
uint32_t DecodeWidth(const uint8_t* at) {
  if (*at == 0xc5 || *at == 0xc4) {  // VEX: the bit L says 32 bytes
    const uint8_t last = *at == 0xc5 ? at[1] : at[2];
    return (last & 4) != 0 ? 32 : 16;
  }
  if (*at == 0x62) return 16u << (at[3] >> 5 & 3);  // EVEX
  Prefixes prefixes;
  for (;; at++) {
    if (*at == 0x66) {
      prefixes.operand16 = true;
    } else if (*at == 0xf3) {
      prefixes.f3 = true;
    } else if (*at == 0xf2) {
      prefixes.f2 = true;
    } else if (*at != 0xf0 && *at != 0x2e && *at != 0x3e && *at != 0x64 && *at != 0x65) {
      break;
    }
  }
  if ((*at & 0xf0) == 0x40) prefixes.wide = (*at++ & 8) != 0;
  return *at == 0x0f ? TwoByteWidth(at + 1, prefixes) : OneByteWidth(at, prefixes);
}

// An exchange reads and writes at once; the processor reports it as a write.
bool IsExchange(const uint8_t* at) {
  bool locked = false;
  for (; *at == 0x66 || *at == 0xf0 || *at == 0xf2 || *at == 0xf3; at++) locked |= *at == 0xf0;
  if ((*at & 0xf0) == 0x40) at++;
  return locked || *at == 0x86 || *at == 0x87;
}

void Protect(int protection) { mprotect(trace.start, trace.length, protection); }

void PassOn(const struct sigaction& earlier, int signal, siginfo_t* info, void* context) {
  if ((earlier.sa_flags & SA_SIGINFO) != 0) return earlier.sa_sigaction(signal, info, context);
  if (earlier.sa_handler != SIG_DFL && earlier.sa_handler != SIG_IGN) {
    return earlier.sa_handler(signal);
  }
  sigaction(signal, &earlier, nullptr);
}

void OnFault(int signal, siginfo_t* info, void* raw) {
  uint8_t* address = static_cast<uint8_t*>(info->si_addr);
  if (address < trace.start || address >= trace.start + trace.length) {
    return PassOn(trace.earlier_segv, signal, info, raw);
  }
  ucontext_t* context = static_cast<ucontext_t*>(raw);
  const uint8_t* code = reinterpret_cast<const uint8_t*>(context->uc_mcontext.gregs[REG_RIP]);
  if (trace.count < kMostAccesses) {
    Access& access = trace.accesses[trace.count++];
    const bool write = (context->uc_mcontext.gregs[REG_ERR] & 2) != 0;
    access.kind = !write ? kRead : IsExchange(code) ? kExchange : kWrite;
    access.width = DecodeWidth(code);
    access.offset = static_cast<uint64_t>(address - trace.start);
    std::memcpy(access.code, code, sizeof access.code);
  }
  Protect(PROT_READ | PROT_WRITE);
  trace.stepping = true;
  context->uc_mcontext.gregs[REG_EFL] |= kTrapFlag;
}

void OnTrap(int signal, siginfo_t* info, void* raw) {
  if (!trace.stepping) return PassOn(trace.earlier_trap, signal, info, raw);
  trace.stepping = false;
  Protect(PROT_NONE);
  static_cast<ucontext_t*>(raw)->uc_mcontext.gregs[REG_EFL] &= ~kTrapFlag;
}

void Handle(int signal, void (*handler)(int, siginfo_t*, void*), struct sigaction* earlier) {
  struct sigaction action = {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, earlier);
}

// start(address: bigint, length): from here on every access counts.
napi_value Start(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  uint64_t address = 0;
  int64_t length = 0;
  bool lossless = false;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  napi_get_value_bigint_uint64(env, arguments[0], &address, &lossless);
  napi_get_value_int64(env, arguments[1], &length);
  const uint64_t page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  trace.start = reinterpret_cast<uint8_t*>(address);
  trace.length = (static_cast<uint64_t>(length) + page - 1) & ~(page - 1);
  trace.count = 0;
  Handle(SIGSEGV, OnFault, &trace.earlier_segv);
  Handle(SIGTRAP, OnTrap, &trace.earlier_trap);
  Protect(PROT_NONE);
  return nullptr;
}

// stop(): the accesses, four numbers each (kind, width, offset, first code bytes), as
// BigUint64Array.
napi_value Stop(napi_env env, napi_callback_info) {
  Protect(PROT_READ | PROT_WRITE);
  sigaction(SIGSEGV, &trace.earlier_segv, nullptr);
  sigaction(SIGTRAP, &trace.earlier_trap, nullptr);
  uint64_t* data = nullptr;
  napi_value buffer = nullptr;
  napi_value array = nullptr;
  napi_create_arraybuffer(env, trace.count * 32, reinterpret_cast<void**>(&data), &buffer);
  for (size_t i = 0; i < trace.count; i++) {
    const Access& access = trace.accesses[i];
    data[4 * i] = access.kind;
    data[4 * i + 1] = access.width;
    data[4 * i + 2] = access.offset;
    std::memcpy(&data[4 * i + 3], access.code, 8);
  }
  napi_create_typedarray(env, napi_biguint64_array, trace.count * 4, buffer, 0, &array);
  return array;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value function = nullptr;
  napi_create_function(env, "start", NAPI_AUTO_LENGTH, Start, nullptr, &function);
  napi_set_named_property(env, exports, "start", function);
  napi_create_function(env, "stop", NAPI_AUTO_LENGTH, Stop, nullptr, &function);
  napi_set_named_property(env, exports, "stop", function);
  return exports;
}
