{
  "targets": [
    {
      "target_name": "node_vfio",
      "sources": [
        "native/addon.cc",
        "native/address_space.cc",
        "native/arguments.cc",
        "native/async.cc",
        "native/batch.cc",
        "native/bus_error.cc",
        "native/calls.cc",
        "native/container.cc",
        "native/device.cc",
        "native/device_feature.cc",
        "native/environment.cc",
        "native/eventfd.cc",
        "native/files.cc",
        "native/group.cc",
        "native/guarded_bytes.cc",
        "native/ioctl.cc",
        "native/iommu_type1.cc",
        "native/memory.cc",
        "native/region.cc",
        "native/register_access.cc",
        "native/slots.cc",
        "native/sysfs.cc"
      ],
      "defines": ["NAPI_VERSION=8"],
      "cflags!": ["-fno-omit-frame-pointer", "-O3"],
      "cflags": ["-O2", "-Wall", "-Wextra", "-fvisibility=hidden", "-fomit-frame-pointer"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": ["-std=c++17"]
    }
  ]
}
