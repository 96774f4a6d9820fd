// The file descriptors that this environment opened. Any other number is EBADF before a system
// call: a random number from JavaScript never reaches a file of libuv or of somebody else.
#pragma once

#include <cstddef>
#include <vector>

namespace node_vfio {

// What stands behind a descriptor, as far as requests are concerned. It decides which rules an
// ioctl is checked by: the same number is another request on another kind of file.
enum class FileKind : unsigned char { kNone, kContainer, kGroup, kDevice, kOther };

class Files {
 public:
  // Takes charge of an open descriptor.
  void Add(int fd, FileKind kind);

  // kNone for a descriptor that is not ours (any more).
  FileKind Kind(int fd) const {
    return fd >= 0 && static_cast<size_t>(fd) < files_.size() && !files_[fd].closing
               ? files_[fd].kind
               : FileKind::kNone;
  }
  bool Has(int fd) const { return Kind(fd) != FileKind::kNone; }

  // Says that a system call on another thread uses the descriptor. Until `Leave` it stays open,
  // or its number could become another file under that call.
  void Enter(int fd) { files_[fd].users++; }

  // The end of `Enter`: true when the descriptor was removed meanwhile and this was its last user,
  // who has to close it.
  bool Leave(int fd);

  // Takes the descriptor out: from now on it is EBADF. True when the caller has to close it, false
  // when a call on another thread still uses it (who leaves last closes).
  bool Remove(int fd);

  // Closes everything.
  void CloseAll();

 private:
  struct File {
    FileKind kind = FileKind::kNone;
    bool closing = false;
    unsigned users = 0;
  };
  std::vector<File> files_;  // by descriptor
};

// Finds out what an opened descriptor is, by its device numbers.
FileKind KindOf(int fd);

}  // namespace node_vfio
