{
  "targets": [
    {
      "target_name": "baseline",
      "sources": ["addon.cc", "calls.cc", "latency.cc", "memory.cc", "tree.cc"],
      "cflags_cc": ["-std=c++17", "-O2", "-fno-exceptions", "-Wall", "-Wextra"],
    }
  ]
}
