// How an ioctl is checked before it may go to the kernel. Each kernel object has a file with its
// own requests (container.cc, iommu_type1.cc, group.cc, device.cc, device_feature.cc), compiled
// against the kernel's structs.
//
// A rule is about memory only. The bytes of the struct stand before a guard page, so a short one is
// the kernel's to refuse (EFAULT); what a rule looks at is the pointers inside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "address_space.h"

namespace node_vfio {

// What a request takes as its third argument.
enum class Takes : unsigned char { kNumber, kBytes };

// The bytes of a struct on their way to the kernel.
struct Payload {
  const uint8_t* data;
  size_t length;

  // Copies a kernel struct out; false when the bytes are too few to hold one there, and then the
  // kernel cannot read one either.
  template <typename Struct>
  bool Read(size_t offset, Struct* out) const {
    if (offset > length || length - offset < sizeof(Struct)) return false;
    std::memcpy(out, data + offset, sizeof(Struct));
    return true;
  }
};

struct RequestRule {
  unsigned long request;
  Takes takes;
  // Whether every pointer that the kernel would follow lies in memory that is ours. nullptr: the
  // struct has none.
  bool (*pointers)(const AddressSpace& space, const Payload& payload);
  // The file descriptor that a success opened, or -1. nullptr: it opens none.
  int (*opened)(const Payload& payload, int result);
};

// The rules of one kind of file.
struct RequestRules {
  const RequestRule* first;
  size_t count;

  const RequestRule* Find(unsigned long request) const {
    for (size_t i = 0; i < count; i++) {
      if (first[i].request == request) return &first[i];
    }
    return nullptr;
  }
};

// The ioctl's own result is the new file descriptor.
inline int ResultIsDescriptor(const Payload&, int result) { return result; }

// The requests of each object, from its file.
RequestRules ContainerRequests();
RequestRules Type1Requests();
RequestRules GroupRequests();
RequestRules DeviceRequests();

}  // namespace node_vfio
