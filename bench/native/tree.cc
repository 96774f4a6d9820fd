// std::map as an IOVA map: what the simulator's own is measured against.
#include <map>
#include <vector>

#include "baseline.h"

namespace baseline {
namespace {

struct Mapping {
  uint64_t length;
  uint64_t address;
};

std::map<uint64_t, Mapping> tree;
std::vector<uint64_t> order;

/// fillTree(count): that many 4 KiB mappings at every second page, and a shuffled visiting order.
napi_value fill(napi_env env, napi_callback_info info) {
  const auto count = static_cast<uint64_t>(numbers(env, info).at[0]);
  tree.clear();
  order.clear();
  uint64_t random = 88172645463325252u;
  for (uint64_t index = 0; index < count; ++index) tree[index * 8192] = {4096, index * 4096};
  for (uint64_t index = 0; index < (1u << 16); ++index) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    order.push_back(random % count * 8192);
  }
  return nullptr;
}

/// translate(rounds): look-ups by address, nanoseconds.
napi_value translate(napi_env env, napi_callback_info info) {
  const int rounds = static_cast<int>(numbers(env, info).at[0]);
  const uint64_t start = now();
  uint64_t sum = 0;
  for (int round = 0; round < rounds; ++round) {
    const uint64_t iova = order[round & 0xffff] + 16;
    const auto found = --tree.upper_bound(iova);
    if (iova - found->first < found->second.length) sum += found->second.address;
  }
  keep(sum);
  return number(env, static_cast<double>(now() - start));
}

/// remap(rounds): unmap one and map it again, nanoseconds.
napi_value remap(napi_env env, napi_callback_info info) {
  const int rounds = static_cast<int>(numbers(env, info).at[0]);
  const uint64_t start = now();
  for (int round = 0; round < rounds; ++round) {
    const uint64_t iova = order[round & 0xffff];
    tree.erase(iova);
    tree[iova] = {4096, iova};
  }
  return number(env, static_cast<double>(now() - start));
}

}  // namespace

void define_tree(napi_env env, napi_value exports) {
  define(env, exports, "fillTree", fill);
  define(env, exports, "treeTranslate", translate);
  define(env, exports, "treeRemap", remap);
}

}  // namespace baseline
